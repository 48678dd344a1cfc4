/**
 * Tests: the fast ones first, then the rules of the house, then those that start processes. All import from 'stator' as users do, and
 * reach src, so that no build is needed; only started processes run the build, which test/process/build.ts makes.
 */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { defineConfig } from 'vitest/config'

const src = (path: string): string => resolve(import.meta.dirname, 'src', path)

const alias = [
  { find: /^stator$/, replacement: src('index.ts') },
  { find: /^stator\/(sqlite|testing|inspect|worker|personas)$/, replacement: src('$1/index.ts') },
]

export default defineConfig({
  test: {
    // All that there are: by default one is left to watch, which of two is half.
    maxWorkers: availableParallelism(),
    reporters: process.env['CI'] ? ['dot', 'json'] : ['default'],
    outputFile: { json: 'node_modules/.cache/stator/tests.json' },
    coverage: { provider: 'v8', include: ['src/**'], reporter: ['text', 'html'] },
    projects: [
      {
        resolve: { alias },
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['test/process/**', 'test/house/**', '**/fixtures/**'],
          pool: 'threads',
          testTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'house',
          include: ['test/house/**/*.test.ts'],
          globalSetup: ['test/process/build.ts'],
          pool: 'threads',
          testTimeout: 60_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        resolve: { alias },
        test: {
          name: 'process',
          include: ['test/process/**/*.test.ts'],
          globalSetup: ['test/process/build.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 300_000,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
