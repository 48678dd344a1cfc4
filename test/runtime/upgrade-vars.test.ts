/** What updates may change is part of what a run stands on: a run goes on with other vars where they fit it, and is held where they do not. */
import { describe, expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  query,
  signal,
  task,
  update,
  upgradeCheck,
  workflow,
  type AnyWorkflow,
  type Journal,
} from 'stator'
import { z } from 'zod'
import { newClock } from '../ledger/support.ts'

const text = z.object({ text: z.string() })
const say = task('say', { input: text, output: text })
const go = signal('go', z.null())
const note = update('note', { input: text, output: z.number() })
const notes = query('notes', z.array(z.string()))

const bare = workflow('letter')
  .wait('ready', { signal: go })
  .step('write', say, () => ({ text: 'bare' }))
const noted = (options: { version?: string; migrate?: object } = {}) =>
  workflow('letter', {
    ...(options as object),
    vars: z.object({ notes: z.array(z.string()).default(['none yet']) }),
  })
    .update(note, ({ vars }, given) => ({
      vars: { notes: [...vars.notes, given.text] },
      answer: vars.notes.length + 1,
    }))
    .query(notes, ({ vars }) => vars.notes)
    .wait('ready', { signal: go })
    .step('write', say, ({ vars }) => ({ text: vars.notes.join(', ') }))
const counted = workflow('letter', { vars: z.object({ notes: z.number().default(0) }) })
  .wait('ready', { signal: go })
  .step('write', say, ({ vars }) => ({ text: String(vars.notes) }))

const live = (journal: Journal, known: unknown) =>
  createRuntime({
    journal,
    host: { clock: newClock() },
    agents: [agent('ann').handle(say, given => given)],
    workflows: [known as AnyWorkflow],
    preflight: 'off',
  })

/** A run that waits for its signal, closed. */
async function waiting(known: unknown): Promise<Journal> {
  const journal = memory()
  await using runtime = await live(journal, known)
  await runtime.start(known as typeof bare, undefined, { id: 'run' })
  return journal
}

const verdictOf = (journal: Journal, known: unknown) => {
  const [run] = upgradeCheck(journal, [known as AnyWorkflow]).runs
  return [run?.verdict, run?.reasons]
}

describe('a workflow got vars while a run of it was under way', () => {
  test('the run gets what each of them is at first, in queries, updates and mappers', async () => {
    const journal = await waiting(bare)
    expect(verdictOf(journal, noted())).toEqual(['compatible', []])
    await using runtime = await live(journal, noted())
    const run = runtime.run('run')
    expect(run.query(notes)).toEqual(['none yet'])
    expect(await run.update(note, { text: 'more' })).toBe(2)
    await run.signal(go, null)
    expect(await run.result()).toMatchObject({ write: { text: 'none yet, more' } })
  })

  test('also where it comes to another version by a migration', async () => {
    const journal = await waiting(bare)
    const next = noted({ version: '2', migrate: { '1': (snapshot: unknown) => snapshot } })
    expect(verdictOf(journal, next)).toEqual(['migrates', []])
    await using runtime = await live(journal, next)
    expect(runtime.run('run').query(notes)).toEqual(['none yet'])
  })
})

test('vars that do not fit what a run has hold it, and say where', async () => {
  const journal = await waiting(noted())
  const [verdict, reasons] = verdictOf(journal, counted)
  expect(verdict).toBe('refused')
  expect(reasons).toEqual([expect.stringMatching(/^vars\.notes: .*expected number/)])
  await using runtime = await live(journal, counted)
  expect(runtime.held()).toMatchObject([{ address: 'workflow/run', code: 'UPGRADE_REFUSED' }])
})

test('the same vars, with another first value, are the same workflow', async () => {
  const journal = await waiting(noted())
  const other = workflow('letter', { vars: z.object({ notes: z.array(z.string()).default([]) }) })
    .wait('ready', { signal: go })
    .step('write', say, ({ vars }) => ({ text: vars.notes.join(', ') }))
  expect(verdictOf(journal, other)).toEqual(['same', []])
})
