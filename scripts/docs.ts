/** Writes the documents that are made from code: docs/errors.md from the catalogue in src/errors.ts. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { format, resolveConfig } from 'prettier'
import { ERRORS } from '../src/errors.ts'

const path = resolve(import.meta.dirname, '../docs/errors.md')

export async function errorsPage(): Promise<string> {
  const entries = Object.entries(ERRORS)
  const sections = entries.map(([code, { message, next }]) => `## ${code}\n\n${message}\n\n_Next:_ ${next}\n`)
  const text = `<!-- Made by npm run docs from src/errors.ts; a test compares the two. -->

# Errors

Every error that Stator raises is a \`StatorError\` with a \`code\`, a \`message\`, the \`next\` step and JSON \`details\`.
Codes never change between major versions. These are all ${entries.length}:

${sections.join('\n')}`
  return format(text, { ...(await resolveConfig(path)), filepath: path })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  mkdirSync(resolve(path, '..'), { recursive: true })
  writeFileSync(path, await errorsPage())
}
