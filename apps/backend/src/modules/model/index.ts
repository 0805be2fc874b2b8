export { ModelModule } from './model.module.js';
