// The files that an audit gives: the report in both forms, and published.json. Each is there whole or not at all, and is
// only touched with the token of the lock on the report.
// Never in here: the lock itself, or what is in a report.
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { fence } from 'stator/sqlite'
import { withEntry, withoutAudit } from './published.ts'
import type { Entry } from './published.ts'
import type { Digests, Texts } from './report.ts'

const forms = ['markdown', 'json'] as const

const reportFile = (out: string, form: (typeof forms)[number]): string =>
  join(out, form === 'json' ? 'report.json' : 'report.md')
const publishedFile = (out: string): string => join(out, 'published.json')

/** Keeps the highest token that ever came. */
const fenceFile = (out: string): string => join(out, 'report.fence')

/** What is removed to start over: the report, and the fence, as another journal counts anew. What was published stays known. */
export const filesOf = (out: string): string[] => [
  ...forms.map(form => reportFile(out, form)),
  fenceFile(out),
  `${fenceFile(out)}-journal`,
]

/** Undefined where nothing was ever published from here. */
const published = (out: string): string | undefined => {
  const file = publishedFile(out)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

const sha256 = (data: Buffer): string => createHash('sha256').update(data).digest('hex')

/** Whether both files are there, with these digests. */
export const holdsReport = (out: string, digests: Digests): boolean => {
  try {
    return forms.every(form => sha256(readFileSync(reportFile(out, form))) === digests[form])
  } catch {
    return false
  }
}

const sync = (path: string): void => {
  const handle = openSync(path, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}

/** Under another name first, so that a kill leaves the old text or the new one. */
const write = (out: string, path: string, text: string): void => {
  writeFileSync(`${path}.new`, text, { flush: true })
  renameSync(`${path}.new`, path)
  try {
    sync(out)
  } catch {
    // Windows, and some network file systems, cannot sync directories.
  }
}

/** What guards all of them: whoever lost the lock on the report without knowing it is refused, with STALE_TOKEN. */
const guarded = (out: string, token: number, act: () => void): void => fence(fenceFile(out)).pass(token, act)

/** Writes both files. */
export const placeReport = (out: string, texts: Texts, token: number): void =>
  guarded(out, token, () => {
    for (const form of forms) write(out, reportFile(out, form), texts[form])
  })

/** Says for all to read that the audit is published, once. */
export const announce = (out: string, entry: Entry, token: number): void =>
  guarded(out, token, () => {
    const text = withEntry(published(out), entry)
    if (text !== undefined) write(out, publishedFile(out), text)
  })

/** Takes both files away, and what may have been said of them. */
export const takeBack = (out: string, audit: string, token: number): void =>
  guarded(out, token, () => {
    const text = withoutAudit(published(out), audit)
    if (text !== undefined) write(out, publishedFile(out), text)
    for (const form of forms) rmSync(reportFile(out, form), { force: true })
  })
