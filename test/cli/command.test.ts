/** The command itself: wrong use, help, colours, and errors that are of nobody's making. */
import { writeFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import { expect, test } from 'vitest'
import { run } from '../../src/cli/run.ts'
import { call, callIn, journalFile, release, service } from './support.ts'

const COMMANDS = ['graph', 'preflight', 'runs', 'history', 'upgrade-check']

test.each([
  ['no command', []],
  ['an unknown command', ['draw']],
  ['a missing argument', ['graph']],
  ['one argument too many', ['graph', 'one.ts', 'release', 'more']],
  ['an unknown option', ['graph', 'one.ts', '--loud']],
  ['an option without its value', ['runs', 'x.db', '--limit']],
  ['a value of the wrong kind', ['runs', 'x.db', '--limit', '1.5']],
])('%s is exit code 2, and says what to do', async (_, argv) => {
  const { code, out, err } = await call(...argv)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^COMMAND_INVALID: .*\(reason: .+\)\n.*--help/)
  expect(err).not.toContain('    at ')
})

test('with --json what is wrong is a document too', async () => {
  const { code, json } = await call('runs', '--json')
  expect(code).toBe(2)
  expect(json).toMatchObject({
    error: { code: 'COMMAND_INVALID', details: { reason: expect.any(String) as string } },
  })
})

test('help names every command, and the exit codes', async () => {
  const { code, out, err } = await call('--help')
  expect([code, err]).toEqual([0, ''])
  for (const command of COMMANDS) expect(out).toMatch(new RegExp(`^  ${command} `, 'm'))
  expect(out).toMatch(/Exit codes: 0 .*; 1 .*; 2 /)
})

test.each(COMMANDS)('%s has help of its own, and takes --json and --debug', async command => {
  const { code, out } = await call(command, '--help')
  expect(code).toBe(0)
  expect(out).toContain(`Usage: stator ${command} `)
  expect(out).toMatch(/--json .*\n.*--debug /)
})

test('the version is that of the package', async () => {
  expect((await call('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
})

test('where an error was thrown is told with --debug alone', async () => {
  const quiet = await call('graph', 'throws.ts')
  expect(quiet.err).not.toMatch(/\n\s+at /)
  const { err } = await call('graph', 'throws.ts', '--debug')
  expect(err).toMatch(/\n\s+at /)
  expect(err).toContain('caused by Error: no database here')
})

test('a machine that cannot be drawn is an error without a code, and no crash', async () => {
  const file = journalFile().replace(/\.db$/, '.mjs')
  writeFileSync(file, `export default { kind: 'workflow', name: 'w', version: '1', machine: {} }\n`)
  const { code, out, json } = await call('graph', file, '--json')
  expect(code).toBe(2)
  expect(out).not.toContain('    at ')
  expect(json).toMatchObject({ error: { code: 'UNEXPECTED' } })
})

test('colours are there when they are wanted, and change nothing else', async () => {
  const file = journalFile()
  const runtime = await service(file)
  await (await runtime.start(release, null, { id: 'good' })).outcome()
  for (const command of [
    ['runs', file],
    ['history', file, 'good'],
  ]) {
    const bare = await call(...command)
    const painted = await callIn({ colours: true }, ...command)
    expect(bare.out).toBe(stripVTControlCharacters(bare.out))
    expect(painted.out).not.toBe(bare.out)
    expect(stripVTControlCharacters(painted.out)).toBe(bare.out)
  }
})

test('a document has no colours', async () => {
  const file = journalFile()
  await service(file)
  expect((await callIn({ colours: true }, 'runs', file, '--json')).json).toEqual({ runs: [], next: null })
})

test('what is thrown by whoever prints is not swallowed as an answer', async () => {
  const broken = run(['--version'], {
    out: () => {
      throw new Error('no paper')
    },
    err: () => {},
    cwd: '.',
    colours: false,
    now: () => 0,
  })
  expect(await broken).toBe(2)
})
