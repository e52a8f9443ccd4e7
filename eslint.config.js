import js from '@eslint/js'
import tseslint from 'typescript-eslint'

// Type-checked rules, because the mistakes that lose data are promises nobody awaited.
export default tseslint.config(
  { ignores: ['node_modules/', 'data/', 'src/assets/'] },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // Settings are read in one place, so that every fault in them is reported together.
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: 'Read settings in src/kernel/config.ts.' }],
    },
  },
  { files: ['src/kernel/config.ts', 'src/kernel/testing/**/*.ts', 'test/**/*.ts', 'bench/**/*.ts', '*.config.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['bin/*.mjs', 'eslint.config.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Atomics: 'readonly', SharedArrayBuffer: 'readonly', Int32Array: 'readonly' } } },
)
