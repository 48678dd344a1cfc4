// How often files changed, and together with what, up to the audited commit.
// Never in here: the clock (the window counts back from the commit's own date), names or addresses of people.
import { git } from './git.ts'

export interface Change {
  /** A small number standing for the author; the same author has the same number. */
  author: number
  files: string[]
}

export interface History {
  changes: Change[]
  /** The repository is a shallow clone: there was more. */
  shallow: boolean
}

const yearSeconds = 365 * 86_400
const atLeast = 300
const atMost = 3_000
const massChange = 150

/**
 * The commits of the year before the audited commit, or its newest 300 when the year had fewer. Merges are left
 * out, and so are commits that touch more than 150 files (imports, reformatting): they say nothing about a file.
 */
export const readHistory = async (repo: string, commit: string, signal?: AbortSignal): Promise<History> => {
  const format = '--format=%x01%ct%x02%ae'
  const args = [
    'log',
    '-z',
    '--name-only',
    '--no-merges',
    '--no-renames',
    `--max-count=${atMost}`,
    format,
    commit,
  ]
  const [log, shallow] = await Promise.all([
    git(repo, args, signal),
    git(repo, ['rev-parse', '--is-shallow-repository'], signal),
  ])
  const authors = new Map<string, number>()
  const changes: Change[] = []
  let newest = 0
  let seen = 0
  let open: Change | undefined
  for (const token of log.toString('utf8').split('\0')) {
    const text = token.replace(/^\n+/, '')
    if (text === '') continue
    if (!text.startsWith('\x01')) {
      open?.files.push(text)
      continue
    }
    const [time = '0', rest = ''] = text.slice(1).split('\x02')
    const [email = '', firstFile] = rest.split('\n')
    newest = Math.max(newest, Number(time))
    seen++
    open = undefined
    if (seen > atLeast && Number(time) < newest - yearSeconds) continue
    const author = authors.get(email) ?? authors.size
    authors.set(email, author)
    open = { author, files: firstFile === undefined || firstFile === '' ? [] : [firstFile] }
    changes.push(open)
  }
  return {
    changes: changes.filter(change => change.files.length > 0 && change.files.length <= massChange),
    shallow: shallow.toString('utf8').trim() === 'true',
  }
}

const known = new Map<string, Promise<History>>()

/** The same, remembered: several checks of one run ask for it, and a commit's history does not change. */
export const historyOf = (repo: string, commit: string): Promise<History> => {
  const key = `${commit} ${repo}`
  const found = known.get(key)
  if (found !== undefined) return found
  const reading = readHistory(repo, commit)
  known.set(key, reading)
  reading.catch(() => known.delete(key))
  return reading
}
