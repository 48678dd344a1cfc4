/** stator graph: which workflows of a module are found, and that what is printed is the drawing of the one asked for. */
import { writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { expect, test } from 'vitest'
import { toMermaid } from 'stator/inspect'
import { call, callIn, journalFile } from './support.ts'
import { release } from './modules/one.ts'

interface Failed {
  error: { code: string; next: string; details: { reason: string; workflows?: string[] } }
}

const short = toMermaid(release.machine, { detail: 'overview' })

test('draws the only workflow of a module', async () => {
  const { code, out, err } = await call('graph', 'one.ts')
  expect([code, err]).toEqual([0, ''])
  expect(out).toBe(short)
})

test('the same in a JSON document', async () => {
  const { json } = await call('graph', 'one.ts', 'release', '--json')
  expect(json).toEqual({ workflow: 'release', version: '1', mermaid: short })
})

test('draws everything, or less, when that is asked for', async () => {
  expect((await call('graph', 'one.ts', '--all')).out).toBe(toMermaid(release.machine))
  const few = toMermaid(release.machine, { detail: 'overview', states: 2 })
  expect((await call('graph', 'one.ts', '--states', '2')).out).toBe(few)
})

test('of several it names those there are, each once, and draws none', async () => {
  const { code, json } = await call('graph', 'several.ts', '--json')
  expect(code).toBe(2)
  const { error } = json as Failed
  expect(error.code).toBe('COMMAND_INVALID')
  expect(error.details.workflows?.toSorted()).toEqual([
    'first@1',
    'fourth@1',
    'second@1',
    'second@2',
    'third@1',
  ])
})

test('a workflow is chosen by its name, and among versions by its version', async () => {
  const chosen = async (name: string): Promise<unknown> => {
    const { json } = await call('graph', 'several.ts', name, '--json')
    const { workflow, version } = json as { workflow: string; version: string }
    return [workflow, version]
  }
  for (const name of ['first', 'third', 'fourth']) expect(await chosen(name)).toEqual([name, '1'])
  expect(await chosen('second@2')).toEqual(['second', '2'])
  const { error } = (await call('graph', 'several.ts', 'second', '--json')).json as Failed
  expect(error.details.workflows?.toSorted()).toEqual(['second@1', 'second@2'])
})

test('a name that none has is refused, with the names there are', async () => {
  const { code, err } = await call('graph', 'one.ts', 'other')
  expect(code).toBe(2)
  expect(err).toMatch(/^COMMAND_INVALID: .*there is no workflow other.*release@1/)
})

test.each([
  ['none.ts', 'it exports no workflow'],
  ['throws.ts', 'Error: no database here'],
  ['nowhere.ts', 'there is no such file'],
  ['.', ''],
])('module %s is refused with MODULE_INVALID, and why', async (path, why) => {
  const { code, out, err } = await call('graph', path)
  expect([code, out]).toEqual([2, ''])
  expect(err).toMatch(/^MODULE_INVALID: /)
  expect(err).toContain(why)
  expect(err).toContain('22.18')
})

test('a path begins where the command is called', async () => {
  const file = journalFile()
  const text = `export default { kind: 'workflow', name: 'by hand', version: '1', machine: null }\n`
  writeFileSync(file.replace(/\.db$/, '.mjs'), text)
  const { err } = await callIn({ cwd: dirname(file) }, 'graph', 'journal.mjs', 'nobody')
  expect(err).toContain('by hand@1')
})

test('a machine of one’s own is drawn as it is', async () => {
  const { code, out } = await call('graph', 'own.ts')
  expect(code).toBe(0)
  expect(out).toContain('s__checking --> s__approved : done\n')
  expect(out).toContain('s__checking --> s__rejected : error\n')
})
