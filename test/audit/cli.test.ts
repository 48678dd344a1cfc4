// The command line: what it understands, and how it refuses what cannot be audited.
// Never in here: running an audit.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findRepository, ownCheckout, parseCommand, UsageError } from '../../examples/audit/cli.ts'
import { gitIn, headOf, repository, temporary } from './support/repository.ts'

const cwd = '/somewhere'

describe('arguments', () => {
  test('none audit this project into ./stator-audit', () => {
    const options = {
      path: ownCheckout,
      out: '/somewhere/stator-audit',
      fresh: false,
      concurrency: 4,
      wait: 10,
      yes: false,
    }
    expect(parseCommand([], cwd)).toEqual({ kind: 'run', options })
  })

  test('path and options are taken, relative to where the command is given', () => {
    const options = {
      path: '/somewhere/repo',
      out: '/else/where',
      fresh: true,
      concurrency: 8,
      wait: 10,
      yes: true,
    }
    const args = ['repo', '--out', '/else/where', '--fresh', '--concurrency', '8', '--yes']
    expect(parseCommand(args, cwd)).toEqual({
      kind: 'run',
      options,
    })
  })

  test('help is printed with code 0', () => {
    const answer = parseCommand(['--help'], cwd)
    expect(answer).toMatchObject({ kind: 'leave', code: 0 })
    for (const word of ['[path]', '--out', '--fresh', '--concurrency', '--yes', '--help'])
      expect(answer).toHaveProperty('text', expect.stringContaining(word))
  })

  test.each([
    [['--bogus'], /unknown option '--bogus'/],
    [['--out'], /argument missing/],
    [['--concurrency', 'many'], /whole number from 1 to 64/],
    [['--concurrency', '0'], /whole number from 1 to 64/],
    [['--wait', 'long'], /number from 0 to 3600/],
    [['one', 'two'], /too many arguments/],
  ])('%j is refused with code 2 and a reason', (args, reason) => {
    const answer = parseCommand(args, cwd)
    expect(answer).toMatchObject({ kind: 'leave', code: 2 })
    expect(answer).toHaveProperty('text', expect.stringMatching(reason))
  })
})

describe('repositories', () => {
  test('a repository is found from a directory inside it', async () => {
    const repo = repository({ 'src/a.ts': '' })
    expect(await findRepository(join(repo, 'src'))).toMatchObject({ head: headOf(repo) })
    expect((await findRepository(join(repo, 'src'))).root).toBe((await findRepository(repo)).root)
  })

  test('a bare repository is one too, named without .git', async () => {
    const bare = join(temporary(), 'thing.git')
    gitIn(repository({ a: '' }), ['clone', '-q', '--bare', '.', bare])
    expect(await findRepository(bare)).toMatchObject({ name: 'thing' })
  })

  const refused: [string, () => string, RegExp][] = [
    ['a path that does not exist', () => join(temporary(), 'gone'), /^There is no .*gone\. Give the path/],
    [
      'a file',
      () => {
        const file = join(temporary(), 'file')
        writeFileSync(file, '')
        return file
      },
      /is not a directory/,
    ],
    ['a directory without git', temporary, /is not a git repository/],
    ['a repository without commits', () => repository(), /has no commit yet/],
    [
      'a broken repository',
      () => {
        const directory = temporary()
        mkdirSync(join(directory, '.git'))
        return directory
      },
      /is not a git repository/,
    ],
  ]
  test.each(refused)('%s is refused with exit code 2', async (_, make, message) => {
    const refusal: unknown = await findRepository(make()).catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(UsageError)
    expect(refusal).toMatchObject({ exitCode: 2 })
    expect((refusal as UsageError).message).toMatch(message)
  })
})
