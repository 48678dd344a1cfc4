// The files that an audit gives: the report in both forms, and published.json. Each is there whole or not at all.
// Never in here: the lock itself, or what is in a report.
import { createHash } from 'node:crypto'
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { withEntry, withoutAudit } from './published.ts'
import type { Entry } from './published.ts'
import type { Digests, Texts } from './report.ts'

const forms = ['markdown', 'json'] as const

const reportFile = (out: string, form: (typeof forms)[number]): string =>
  join(out, form === 'json' ? 'report.json' : 'report.md')
const publishedFile = (out: string): string => join(out, 'published.json')

/** What is removed to start over. What was published stays known. */
export const reportFiles = (out: string): string[] => forms.map(form => reportFile(out, form))

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Whether both files are there, with these digests. */
export const holdsReport = (out: string, digests: Digests): boolean =>
  forms.every(form => {
    const text = read(reportFile(out, form))
    return text !== undefined && sha256(text) === digests[form]
  })

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

/** Writes both files. */
export const placeReport = (out: string, texts: Texts): void => {
  for (const form of forms) write(out, reportFile(out, form), texts[form])
}

/** Says for all to read that the audit is published, once. */
export const announce = (out: string, entry: Entry): void => {
  const text = withEntry(read(publishedFile(out)), entry)
  if (text !== undefined) write(out, publishedFile(out), text)
}

/** Takes both files away, and what may have been said of them. */
export const takeBack = (out: string, audit: string): void => {
  const text = withoutAudit(read(publishedFile(out)), audit)
  if (text !== undefined) write(out, publishedFile(out), text)
  for (const path of reportFiles(out)) rmSync(path, { force: true })
}
