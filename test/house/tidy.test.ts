/**
 * The rules of the house, as an ordinary test. Exceptions are listed by name and number, and only ever shrink: a rule
 * fails as well when an exception is better than its number, so that the number follows.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { pages } from '../../scripts/docs.ts'

const root = resolve(import.meta.dirname, '../..')
const maxLines = 300

/** Files of src that are longer than they should be, and how long they may be. Only shrinks. */
const longFiles: Record<string, number> = {}

/** Files with rules of the linter switched off by a comment, and how often. Only shrinks. */
const lintDisabled: Record<string, number> = {}

const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(path => path !== '' && existsSync(join(root, path)))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const under = (...folders: string[]): string[] =>
  files.filter(path => folders.some(folder => path.startsWith(`${folder}/`)) && !path.includes('/fixtures/'))
const code = (...folders: string[]): string[] => under(...folders).filter(path => path.endsWith('.ts'))

/** The lines of these files that match, as path:line: text. */
function lines(paths: string[], pattern: RegExp): string[] {
  return paths.flatMap(path =>
    read(path)
      .split('\n')
      .flatMap((line, index) =>
        pattern.test(line) ? [`${path}:${index + 1}: ${line.trim().slice(0, 100)}`] : [],
      ),
  )
}

function countBy(paths: string[], count: (text: string) => number): Record<string, number> {
  return Object.fromEntries(
    paths.map(path => [path, count(read(path))] as const).filter(([, number]) => number > 0),
  )
}

describe('source', () => {
  test(`no file of src has more than ${maxLines} lines`, () => {
    const long = countBy(code('src'), text => {
      const length = text.trimEnd().split('\n').length
      return length > maxLines ? length : 0
    })
    expect(long).toEqual(longFiles)
  })

  test('every module says first what it is', () => {
    const bare = code('src', 'test', 'examples', 'bench', 'scripts').filter(
      path => !/^(#!.*\n)?\/[*/]/.test(read(path)),
    )
    expect(bare).toEqual([])
  })

  test('no folder is a drawer', () => {
    expect(files.filter(path => /(^|\/)(utils?|helpers?|common|misc|lib)\//i.test(path))).toEqual([])
  })

  test('nothing is left for later in a comment', () => {
    expect(lines(code('src', 'test'), /(\/\/|\*)\s*(TODO|FIXME|XXX)\b/)).toEqual([])
  })

  test('no test is switched off or alone', () => {
    const others = code('test').filter(path => !path.startsWith('test/house/'))
    expect(
      lines(others, /\b(test|it|describe|suite)(\.\w+)*\.(skip|only|todo|skipIf|runIf|fails)\b/),
    ).toEqual([])
  })

  test('rules of the linter are switched off only where listed', () => {
    const disabled = countBy(
      code('src', 'test', 'examples', 'bench', 'scripts').filter(path => !path.startsWith('test/house/')),
      text => (text.match(/(oxlint|eslint)-disable|@ts-(ignore|nocheck)|prettier-ignore/g) ?? []).length,
    )
    expect(disabled).toEqual(lintDisabled)
  })

  test('pure layers load nothing at run time', () => {
    expect(
      lines(code('src/machines', 'src/messages', 'src/actors', 'src/preflight'), /\bimport\(|\brequire\(/),
    ).toEqual([])
  })

  test('time is never taken from the machine by an empty date', () => {
    const defaults = ['src/runtime/clock.ts']
    const others = code('src').filter(path => !defaults.includes(path))
    expect(lines(others, /\bnew Date\(\s*\)|\bDate\(\)/)).toEqual([])
  })

  test('src imports only what users install', () => {
    const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string> | undefined>
    const installed = new Set(Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'] }))
    const foreign = code('src').flatMap(path =>
      [
        ...read(path).matchAll(
          /^(?:(?:import|export|\}) ?(?:[^'\n]* from )?|.*\bimport\()'([^'./][^'\n]*)'/gm,
        ),
      ]
        .map(([, name = '']) => name)
        .filter(name => !name.startsWith('node:'))
        .map(name => name.match(/^(@[^/]+\/)?[^/]+/)?.[0] ?? name)
        .filter(name => !installed.has(name))
        .map(name => `${path}: ${name}`),
    )
    expect(foreign).toEqual([])
  })
})

describe('repository', () => {
  const text = files.filter(path => !/\.(png|jpe?g|gif|ico|woff2?|db|gz|tgz|zip)$/.test(path))

  test('no path of a machine is committed', () => {
    const folders = ['work', 'tmp', 'root', 'home/[a-z]', 'Users/[a-z]'] // joined below, so that this file passes too
    expect(lines(text, new RegExp(`(?<![\\w.$})\\]-])/(${folders.join('|')})/`))).toEqual([])
  })

  test('the lockfile names no registry', () => {
    expect(lines(['package-lock.json'], /"resolved"/)).toEqual([])
    expect(lines(text, new RegExp(['registry', 'npmjs'].join(String.raw`\.`)))).toEqual([])
  })

  test('the lockfile has every optional package, or npm ci refuses it', () => {
    type Entry = { version?: string; optionalDependencies?: Record<string, string> }
    const { packages } = JSON.parse(read('package-lock.json')) as { packages: Record<string, Entry> }
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([name, wanted]) => {
          const places = [`${path}/node_modules/${name}`, `node_modules/${name}`]
          const found = places.map(place => packages[place]?.version).filter(version => version !== undefined)
          return /^\d/.test(wanted) ? !found.includes(wanted) : found.length === 0
        })
        .map(([name, wanted]) => `${path}: ${name} ${wanted}`),
    )
    expect(missing).toEqual([])
  })

  test.each(Object.entries(pages))('docs/%s is what npm run docs makes of the code', async (name, page) => {
    expect(read(`docs/${name}`)).toBe(await page())
  })
})
