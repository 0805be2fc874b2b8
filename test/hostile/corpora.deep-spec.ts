import { describeCorpora } from './corpora-suite.js';

describeCorpora(1);
