import { describeCorpora } from './corpora-suite.js';

// A sample that takes seconds; corpora.deep-spec.ts sends all of it.
describeCorpora(16);
