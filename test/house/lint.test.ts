/**
 * The boundaries of the architecture are lint rules, and a rule that does not fire is worse than none. So each is
 * broken here on purpose, in a folder of its own that has this project's configuration, and must be reported.
 */
import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '../..')
const imports = 'eslint(no-restricted-imports)'
const globals = 'eslint(no-restricted-globals)'
const properties = 'eslint(no-restricted-properties)'

/** What is wrong, where it stands ($: a file of its own), the code, and the rule that must say so. */
// prettier-ignore
const bad: [what: string, path: string, code: string, rule: string][] = [
  ['a machine imports a Node module', 'src/machines/$.ts', `import { readFileSync } from 'node:fs'\nexport const x = readFileSync`, imports],
  ['a machine imports RxJS', 'src/machines/$.ts', `import { Subject } from 'rxjs'\nexport const x = Subject`, imports],
  ['a machine imports zod as a value', 'src/machines/$.ts', `import { z } from 'zod'\nexport const x = z`, imports],
  ['a machine imports a value of messages', 'src/machines/$.ts', `import { x } from '../messages/fine.ts'\nexport const y = x`, imports],
  ['a machine re-exports from outside', 'src/machines/$.ts', `export * from 'node:fs'`, imports],
  ['a machine re-exports a name from outside', 'src/machines/$.ts', `export { readFileSync } from 'node:fs'`, imports],
  ['a machine imports types of the runtime', 'src/machines/$.ts', `import type { X } from '../runtime/fine.ts'\nexport type Y = X`, imports],
  ['a machine invokes a promise', 'src/machines/$.ts', `import { fromPromise } from 'xstate'\nexport const x = fromPromise`, imports],
  ['a machine sends to an actor', 'src/machines/$.ts', `import { sendTo } from 'xstate'\nexport const x = sendTo`, imports],
  ['a machine takes all of xstate', 'src/machines/$.ts', `import * as x from 'xstate'\nexport const y = x.createActor`, imports],
  ['a machine reads the clock', 'src/machines/$.ts', `export const x = (): number => Date.now()`, globals],
  ['a machine reads the clock by globalThis', 'src/machines/$.ts', `export const x = (): number => globalThis.Date.now()`, globals],
  ['a machine makes a date', 'src/machines/$.ts', `export const x = (): object => new Date()`, globals],
  ['a machine sets a timer', 'src/machines/$.ts', `export const x = (): unknown => setTimeout(() => 1, 1)`, globals],
  ['a machine sets an interval', 'src/machines/$.ts', `export const x = (): unknown => setInterval(() => 1, 1)`, globals],
  ['a machine sets an immediate', 'src/machines/$.ts', `export const x = (): unknown => setImmediate(() => 1)`, globals],
  ['a machine queues a microtask', 'src/machines/$.ts', `export const x = (): void => queueMicrotask(() => undefined)`, globals],
  ['a machine reads the process', 'src/machines/$.ts', `export const x = (): unknown => process.env`, globals],
  ['a machine measures', 'src/machines/$.ts', `export const x = (): number => performance.now()`, globals],
  ['a machine makes ids', 'src/machines/$.ts', `export const x = (): string => crypto.randomUUID()`, globals],
  ['a machine fetches', 'src/machines/$.ts', `export const x = (): unknown => fetch('x')`, globals],
  ['a machine prints', 'src/machines/$.ts', `export const x = (): void => console.log(1)`, globals],
  ['a machine waits', 'src/machines/$.ts', `export const x = (): unknown => Promise.resolve(1)`, globals],
  ['a machine is random', 'src/machines/$.ts', `export const x = (): number => Math.random()`, properties],
  ['a machine is random by destructuring', 'src/machines/$.ts', `const { random } = Math\nexport const x = random`, properties],
  ['messages import a machine', 'src/messages/$.ts', `import type { X } from '../machines/fine.ts'\nexport type Y = X`, imports],
  ['messages import Node', 'src/messages/$.ts', `import { sep } from 'node:path'\nexport const x = sep`, imports],
  ['the runtime imports worker threads', 'src/runtime/$.ts', `import { x } from '../worker/fine.ts'\nexport const y = x`, imports],
  ['the runtime imports the command', 'src/runtime/$.ts', `import { x } from '../cli/fine.ts'\nexport const y = x`, imports],
  ['the entry loads the command', 'src/$.ts', `export { x } from './cli/fine.ts'`, imports],
  ['the command opens SQLite', 'src/cli/$.ts', `import { DatabaseSync } from 'node:sqlite'\nexport const x = DatabaseSync`, imports],
  ['the command prints past its outputs', 'src/cli/$.ts', `export const x = (): void => console.log(1)`, 'eslint(no-console)'],
  ['worker imports timers', 'src/worker/$.ts', `import { setTimeout } from 'node:timers/promises'\nexport const x = setTimeout`, imports],
  ['actors import the runtime', 'src/actors/$.ts', `import { x } from '../runtime/fine.ts'\nexport const y = x`, imports],
  ['actors import pre-flight', 'src/actors/$.ts', `import { x } from '../preflight/fine.ts'\nexport const y = x`, imports],
  ['pre-flight imports the runtime', 'src/preflight/$.ts', `import type { x } from '../runtime/fine.ts'\nexport type Y = typeof x`, imports],
  ['pre-flight drives XState', 'src/preflight/machine/$.ts', `import { createActor } from 'xstate'\nexport const x = createActor`, imports],
  ['pre-flight runs what users wrote', 'src/preflight/machine/$.ts', `import { x } from '../../actors/fine.ts'\nexport const y = x`, imports],
  ['actors import timers', 'src/actors/$.ts', `import { setTimeout } from 'node:timers/promises'\nexport const x = setTimeout`, imports],
  ['actors read the clock', 'src/actors/$.ts', `export const x = (): number => Date.now()`, properties],
  ['actors draw ids', 'src/actors/$.ts', `import { randomUUID } from 'node:crypto'\nexport const x = randomUUID`, imports],
  ['the runtime reads the clock', 'src/runtime/$.ts', `export const x = (): number => Date.now()`, properties],
  ['the runtime is random', 'src/runtime/$.ts', `export const x = (): number => Math.random()`, properties],
  ['the runtime draws ids', 'src/runtime/$.ts', `export const x = (): string => crypto.randomUUID()`, properties],
  ['the runtime imports ids', 'src/runtime/$.ts', `import { randomUUID } from 'node:crypto'\nexport const x = randomUUID`, imports],
  ['the runtime sets a timer', 'src/runtime/$.ts', `export const x = (): unknown => setTimeout(() => 1, 1)`, globals],
  ['the runtime sets a timer by globalThis', 'src/runtime/$.ts', `export const x = (): unknown => globalThis.setTimeout(() => 1, 1)`, globals],
  ['the runtime sets an interval', 'src/runtime/$.ts', `export const x = (): unknown => setInterval(() => 1, 1)`, globals],
  ['the runtime sets an immediate', 'src/runtime/$.ts', `export const x = (): unknown => setImmediate(() => 1)`, globals],
  ['the runtime measures', 'src/runtime/$.ts', `export const x = (): number => performance.now()`, globals],
  ['the runtime has a hidden timer', 'src/runtime/$.ts', `export const x = (): AbortSignal => AbortSignal.timeout(1)`, properties],
  ['the runtime imports timers', 'src/runtime/$.ts', `import { setTimeout } from 'node:timers/promises'\nexport const x = setTimeout`, imports],
  ['the runtime prints', 'src/runtime/$.ts', `export const x = (): void => console.log(1)`, 'eslint(no-console)'],
  ['the runtime drives XState past its adapter', 'src/runtime/$.ts', `import { createActor } from 'xstate'\nexport const x = createActor`, imports],
  ['the runtime opens SQLite', 'src/runtime/$.ts', `import { DatabaseSync } from 'node:sqlite'\nexport const x = DatabaseSync`, imports],
  ['the runtime imports the SQLite journal', 'src/runtime/$.ts', `import { x } from '../sqlite/fine.ts'\nexport const y = x`, imports],
  ['the testing kit opens SQLite', 'src/testing/$.ts', `import { DatabaseSync } from 'node:sqlite'\nexport const x = DatabaseSync`, imports],
  ['the testing kit reads the clock', 'src/testing/$.ts', `export const x = (): number => Date.now()`, properties],
  ['the SQLite journal imports actors', 'src/sqlite/$.ts', `import { x } from '../actors/fine.ts'\nexport const y = x`, imports],
  ['the entry loads SQLite', 'src/$.ts', `export { x } from './sqlite/fine.ts'`, imports],
  ['src imports its own package', 'src/runtime/$.ts', `import { x } from 'stator'\nexport const y = x`, imports],
  ['a cycle', 'src/runtime/$.ts', `import { back } from './cycle.ts'\nexport const forth = (): unknown => back`, 'import(no-cycle)'],
  ['a promise floats', 'src/runtime/$.ts', `const go = async (): Promise<void> => {}\nexport const x = (): void => { go() }`, 'typescript(no-floating-promises)'],
  ['a promise as a condition', 'src/runtime/$.ts', `const go = async (): Promise<boolean> => true\nexport const x = (): number => { if (go()) return 1; return 2 }`, 'typescript(no-misused-promises)'],
  ['any is written', 'src/runtime/$.ts', `export const x = (y: any): unknown => y`, 'typescript(no-explicit-any)'],
  ['any is called', 'src/runtime/$.ts', `export const x = (): unknown => JSON.parse('1')()`, 'typescript(no-unsafe-call)'],
  ['any is assigned', 'src/runtime/$.ts', `export const x = (): string => { const y: string = JSON.parse('1'); return y }`, 'typescript(no-unsafe-assignment)'],
  ['a test is focused', 'test/$.test.ts', `import { test } from 'vitest'\ntest.only('x', () => undefined)`, 'vitest(no-focused-tests)'],
  ['a test is switched off', 'test/$.test.ts', `import { test } from 'vitest'\ntest.skip('x', () => undefined)`, 'vitest(no-disabled-tests)'],
]

/** What is meant to be possible. */
// prettier-ignore
const good: [what: string, path: string, code: string][] = [
  ['machines use assign, emit and raise', 'src/machines/fine.ts', `import { assign, cancel, emit, raise, setup } from 'xstate'\nimport type { x } from '../messages/fine.ts'\nimport { a } from './sibling.ts'\nexport type X = typeof x\nexport const y = [a, assign, cancel, emit, raise, setup]`],
  ['machines import each other', 'src/machines/sibling.ts', `export const a = 1`],
  ['messages import zod', 'src/messages/fine.ts', `import { z } from 'zod'\nexport const x = z`],
  ['actors import machines', 'src/actors/fine.ts', `import { a } from '../machines/sibling.ts'\nexport const x = a`],
  ['the runtime imports actors and types', 'src/runtime/fine.ts', `import type { AnyActorRef } from 'xstate'\nimport { x as y } from '../actors/fine.ts'\nexport type X = AnyActorRef\nexport const x = y`],
  ['pre-flight imports types, and its own', 'src/preflight/fine.ts', `import type { AnyStateMachine } from 'xstate'\nimport type { x as y } from '../actors/fine.ts'\nexport type X = [AnyStateMachine, typeof y]\nexport const x = 1`],
  ['the runtime imports pre-flight', 'src/runtime/fine-too.ts', `import { x as y } from '../preflight/fine.ts'\nexport const x = y`],
  ['one adapter drives XState', 'src/runtime/xstate.ts', `import { createActor } from 'xstate'\nexport const x = createActor`],
  ['the default clock', 'src/runtime/clock.ts', `export const x = (): number => Date.now() + performance.now()`],
  ['the default ids', 'src/runtime/ids.ts', `import { randomUUID } from 'node:crypto'\nexport const x = randomUUID`],
  ['the default random source', 'src/runtime/random.ts', `export const x = (): number => Math.random()`],
  ['the default scheduler', 'src/runtime/scheduler.ts', `export const x = (): unknown => setTimeout(() => 1, 1)`],
  ['the SQLite journal opens SQLite', 'src/sqlite/fine.ts', `import { DatabaseSync } from 'node:sqlite'\nexport const x = DatabaseSync`],
]

const pathOf = (path: string, index: number): string => path.replace('$', `bad-${index}`)

describe('lint rules fire', () => {
  const folder = mkdtempSync(join(tmpdir(), 'stator-lint-'))
  let found: { filename: string; code: string }[] = []

  beforeAll(() => {
    const write = (path: string, code: string): void => {
      mkdirSync(dirname(join(folder, path)), { recursive: true })
      writeFileSync(join(folder, path), `${code}\n`)
    }
    for (const name of ['.oxlintrc.json', 'tsconfig.json', 'package.json'])
      cpSync(join(root, name), join(folder, name))
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
    bad.forEach(([, path, code], index) => write(pathOf(path, index), code))
    for (const [, path, code] of good) write(path, code)
    const cycle = bad.findIndex(([what]) => what === 'a cycle')
    write(
      'src/runtime/cycle.ts',
      `import { forth } from './bad-${cycle}.ts'\nexport const back = (): unknown => forth`,
    )
    found = lint(folder)
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test.each(bad.map(([what, path, , rule], index) => ({ what, rule, path: pathOf(path, index) })))(
    '$what: $rule',
    ({ path, rule }) => {
      expect(found.filter(({ filename }) => filename === path).map(({ code }) => code)).toContain(rule)
    },
  )

  test.each(good.map(([what, path]) => ({ what, path })))('allowed: $what', ({ path }) => {
    expect(found.filter(({ filename }) => filename === path)).toEqual([])
  })
})

function lint(folder: string): { filename: string; code: string }[] {
  const bin = join(root, 'node_modules/oxlint/bin/oxlint')
  let output = ''
  try {
    output = execFileSync(process.execPath, [bin, '--type-aware', '-f', 'json'], {
      cwd: folder,
      encoding: 'utf8',
    })
  } catch (error) {
    output = (error as { stdout: string }).stdout // a non-zero exit is what is expected here
  }
  return (JSON.parse(output) as { diagnostics: { filename: string; code: string }[] }).diagnostics
}
