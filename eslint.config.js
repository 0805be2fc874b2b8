import tseslint from 'typescript-eslint';

const rules = {
  '@typescript-eslint/no-explicit-any': 'error',
  '@typescript-eslint/no-floating-promises': 'error',
  '@typescript-eslint/no-misused-promises': 'error',
  '@typescript-eslint/await-thenable': 'error',
  '@typescript-eslint/no-non-null-assertion': 'error',
  '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/explicit-module-boundary-types': 'error',
  '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
  'preserve-caught-error': 'error',
  complexity: ['error', 12],
  'max-depth': ['error', 3],
  // max-params 4, except for constructors: Nest injects through them.
  'no-restricted-syntax': [
    'error',
    ...['FunctionDeclaration', 'ArrowFunctionExpression', 'MethodDefinition[kind!="constructor"] > FunctionExpression'].map((node) => ({
      selector: `${node}[params.length>4]`,
      message: 'At most four parameters: pass an object.',
    })),
  ],
  'no-console': 'error',
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'prefer-const': 'error',
};

export default tseslint.config(
  { ignores: ['dist/**', 'node_modules/**', '.data/**', '.cache/**', 'apps/labeler/dist/**', '**/*.generated.ts', '*.cjs', 'docs/**'] },
  {
    files: ['**/*.ts', '**/*.tsx'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser, parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules,
  },
  { files: ['apps/labeler/**/*.{ts,tsx}'], rules: { '@typescript-eslint/explicit-module-boundary-types': 'off', '@typescript-eslint/no-misused-promises': 'off' } },
  { files: ['scripts/**/*.mjs', '*.js'], languageOptions: { ecmaVersion: 2023, sourceType: 'module' }, rules: { complexity: ['error', 12], 'max-depth': ['error', 3], eqeqeq: 'error', 'prefer-const': 'error' } },
);
