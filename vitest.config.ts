import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/order.ts'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/setup.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
    // Files share a process, which then reads the program and makes the embedded database ready to run once and not a hundred times over.
    // What a file changes outside itself it puts back; nothing here is mocked.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
})
