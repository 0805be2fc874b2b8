export { ConfigurationError, readEnvironment, type Environment, type ReadEnvironmentOptions } from './read-environment.js';
export { secretProblems, type SecretRules } from './secret-problems.js';
export { describeEnvironment, type DescribedVariable } from './describe-environment.js';
export { environmentTable } from './environment-table.js';
