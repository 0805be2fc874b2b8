export { CostModule } from './cost.module.js';
