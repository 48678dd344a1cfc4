/**
 * F6, upgrade check: old snapshots and journals against new machines: compatible, needs a migration, or refused; never a silent break.
 * That journals of every release are kept and checked, test/corpus shows; a crash at any moment of it, test/runtime/upgrade*.
 */
import { expect, test } from 'vitest'
import {
  agent,
  createRuntime,
  memory,
  task,
  upgradeCheck,
  workflow,
  type AnyWorkflow,
  type Journal,
  type Runtime,
} from 'stator'
import { z } from 'zod'
import { codeOf, newClock, pass } from './support.ts'

const text = z.object({ text: z.string() })
const say = task('say', { input: text, output: text })

const first = workflow('letter', { input: text })
  .step('write', say)
  .wait('rest', { for: '1h' })
  .step('post', say)
const longer = workflow('letter', { input: text })
  .step('write', say)
  .wait('rest', { for: '1h' })
  .step('post', say)
  .step('file', say)
const hasty = workflow('letter', { input: text })
  .step('write', say)
  .wait('rest', { for: '1m' })
  .step('post', say)
const second = workflow('letter', { input: text, version: '2' })
  .step('write', say)
  .wait('rest', { for: '1h' })
  .step('post', say, ({ input }) => ({ text: `Dear ${input.text}` }))
const migrating = workflow('letter', {
  input: text,
  version: '2',
  migrate: {
    '1': snapshot => ({
      ...snapshot,
      context: { ...(snapshot.context as object), input: { text: 'reader' } },
    }),
  },
})
  .step('write', say)
  .wait('rest', { for: '1h' })
  .step('post', say, ({ input }) => ({ text: `Dear ${input.text}` }))

const clock = newClock()

async function life(journal: Journal, ...workflows: readonly unknown[]): Promise<Runtime> {
  const worker = agent('worker').handle(say, given => given)
  return createRuntime({
    journal,
    agents: [worker],
    workflows: workflows as readonly AnyWorkflow[],
    host: { clock },
  })
}

/** The journal of a runtime that was closed while a letter rests. */
async function resting(): Promise<Journal> {
  const journal = memory()
  const runtime = await life(journal, first)
  await runtime.start(first, { text: 'you' }, { id: 'one' })
  await pass(clock, 60_000)
  await runtime.close()
  return journal
}

/** What the check says, and what comes of the run when it is deployed nonetheless. */
async function deploy(...workflows: readonly unknown[]) {
  const journal = await resting()
  const { runs, ok } = upgradeCheck(journal, workflows as readonly AnyWorkflow[])
  const runtime = await life(journal, ...workflows)
  await pass(clock, 3_600_000)
  const held = runtime.held()[0]
  const outputs = held === undefined ? await runtime.run('one').result() : undefined
  const definition = runtime.history({ types: ['hub.migrate'] })[0]?.data
  await runtime.close()
  return {
    verdict: runs[0]?.verdict,
    reasons: runs[0]?.reasons ?? [],
    ok,
    held,
    outputs,
    definition,
    journal,
  }
}

test('same: nothing has changed', async () => {
  expect(await deploy(first)).toMatchObject({ verdict: 'same', ok: true, outputs: { post: { text: 'you' } } })
})

test('pinned: the old version is there beside the new one, and the run ends on it', async () => {
  const { definition, ...end } = await deploy(migrating, first)
  expect(end).toMatchObject({ verdict: 'pinned', ok: true, outputs: { post: { text: 'you' } } })
  expect(definition).toBeUndefined()
})

test('compatible: what was still to come is another, and the run takes that way', async () => {
  const end = await deploy(longer)
  expect(end).toMatchObject({ verdict: 'compatible', ok: true, outputs: { file: { text: 'you' } } })
})

test('migrates: a migration, tried on the very run, brings it to the new version, on the record', async () => {
  const end = await deploy(migrating)
  expect(end).toMatchObject({ verdict: 'migrates', ok: true, outputs: { post: { text: 'Dear reader' } } })
  expect(end.definition).toMatchObject({ from: { version: '1' }, to: { version: '2' } })
})

test('refused: another version without a way to it, or a change of what is under way; held with the reason, and nothing is lost', async () => {
  const other = await deploy(second)
  expect(other).toMatchObject({ verdict: 'refused', ok: false, held: { code: 'UPGRADE_REFUSED' } })
  expect(other.reasons).toEqual([expect.stringMatching(/version 2 has no migration from it/)])
  const shorter = await deploy(hasty)
  expect(shorter.reasons[0]).toBe(
    'the timer xstate.after.3600000.at/rest means nothing in the state that the run is in',
  )
  expect(shorter.held?.reason).toBe(shorter.reasons.join('; '))
  const gone = await deploy()
  expect(gone).toMatchObject({ verdict: 'refused', held: { code: 'VERSION_MISSING' } })

  const back = await life(shorter.journal, first)
  await pass(clock, 1)
  expect(await back.run('one').result()).toMatchObject({ post: { text: 'you' } })
  expect(await codeOf(back.run('two').result())).toBe('NOT_FOUND')
  await back.close()
})
