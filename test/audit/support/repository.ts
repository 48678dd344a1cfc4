// Small git repositories in temporary directories, with fixed people and dates, so that hashes repeat.
// Never in here: the settings of whoever runs the tests; git sees none of them.
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'

/** Paths and contents; `null` removes. */
export type Files = Readonly<Record<string, string | Uint8Array | null>>

const identity = { name: 'Fixture', email: 'fixture@example.invalid' }

export const gitIn = (repo: string, args: readonly string[], day = 1): string =>
  execFileSync('git', [...args], {
    cwd: repo,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: repo,
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_AUTHOR_NAME: identity.name,
      GIT_AUTHOR_EMAIL: identity.email,
      GIT_COMMITTER_NAME: identity.name,
      GIT_COMMITTER_EMAIL: identity.email,
      GIT_AUTHOR_DATE: `2024-01-${String(day).padStart(2, '0')}T12:00:00Z`,
      GIT_COMMITTER_DATE: `2024-01-${String(day).padStart(2, '0')}T12:00:00Z`,
    },
  })

export const temporary = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'stator-audit-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

export const writeFiles = (directory: string, files: Files): void => {
  for (const [path, content] of Object.entries(files)) {
    const full = join(directory, path)
    if (content === null) {
      rmSync(full, { force: true })
      continue
    }
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, content)
  }
}

/** A repository with one commit for each set of files, a day apart; gone when the test is. */
export const repository = (...commits: Files[]): string => {
  const repo = temporary()
  gitIn(repo, ['init', '-q', '-b', 'main'])
  commits.forEach((files, i) => {
    writeFiles(repo, files)
    gitIn(repo, ['add', '-A', '-f'], i + 1)
    gitIn(repo, ['commit', '-q', '--allow-empty', '-m', `commit ${i + 1}`], i + 1)
  })
  return repo
}

export const headOf = (repo: string): string => gitIn(repo, ['rev-parse', 'HEAD']).trim()
