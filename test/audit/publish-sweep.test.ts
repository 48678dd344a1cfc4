// Publishing through a crash at every write to the journal: the same command, given again, comes to the same end.
// Never in here: the audit before it; and kills between two files, which test/process/audit-publish.test.ts has.
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { crashSweep, type Scenario } from 'stator/testing'
import type { Answer } from '../../examples/audit/ask.ts'
import { publish } from '../../examples/audit/publish.ts'
import { Publishing } from '../../examples/audit/publishing.ts'
import { temporary } from './support/repository.ts'

const texts = { markdown: '# Report\n', json: '{}\n' }
const digest = (text: string): string => createHash('sha256').update(text).digest('hex')
const publication = {
  audit: 'one',
  repository: 'fixture',
  commit: 'c0ffee',
  score: 90,
  sha256: { markdown: digest(texts.markdown), json: digest(texts.json) },
  severities: { high: 0, medium: 1, low: 0, info: 0 },
  actions: ['Add a licence'],
}

/** What is in the directory for others to read. */
const filesIn = (out: string): string[] =>
  readdirSync(out)
    .filter(name => !name.includes('.fence'))
    .map(name => `${name}: ${readFileSync(join(out, name), 'utf8')}`)

/** A directory of its own for each play; the same command in each life of it. */
const command = (folder: string, answer: Answer) => (): Scenario => {
  const out = mkdtempSync(join(folder, 'out-'))
  return {
    name: answer.approved ? 'yes' : 'no',
    setup: () => ({ workflows: [publish] as never }),
    play: async life => {
      const options = { out, publication, texts: () => texts, yes: false }
      const around = { say: () => {}, stop: new AbortController().signal, by: 'ada' }
      const publishing = new Publishing(life.runtime, options, {
        ...around,
        ask: () => Promise.resolve(answer),
      })
      return [await life.until(publishing.run()), filesIn(out)]
    },
  }
}

test('a yes publishes once, wherever the process dies', async () => {
  const yes = command(temporary(), { approved: true, note: 'fine' })
  const { writes, once, outcome } = await crashSweep(yes, { twice: false })
  expect(once).toBe(writes * 7)
  const [ending, files] = JSON.parse(outcome) as [number, string[]]
  expect(ending).toBe(0)
  expect(files.map(file => file.split(':')[0])).toEqual(['published.json', 'report.json', 'report.md'])
  expect(files[0]?.match(/"by": "ada"/g)).toHaveLength(1)
}, 60_000)

test('a no withdraws all of it, wherever the process dies', async () => {
  const no = command(temporary(), { approved: false, reason: 'too early' })
  const { writes, once, outcome } = await crashSweep(no, { twice: false })
  expect(once).toBe(writes * 7)
  expect(JSON.parse(outcome)).toEqual([4, []])
}, 60_000)
