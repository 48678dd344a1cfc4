/**
 * D6, gates: an escalation opens a gate with an id and pauses its agent; approval, rejection and expiry let the agent go on or stop it;
 * who approved and why is kept. However deep in a delegation it was asked, whoever answers finds it, also in another process life.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { agent, createRuntime, task, workflow, type EscalateOptions, type Runtime } from 'stator'
import { sqlite } from 'stator/sqlite'
import { z } from 'zod'
import { newClock, pass } from './support.ts'

const deploy = task('deploy', { input: z.object({ ref: z.string() }), output: z.string() })

/** A run below a run below a run, whose task asks. */
const leaf = workflow('leaf', { input: z.object({ ref: z.string() }) }).step('deploy', deploy)
const middle = workflow('middle', { input: z.object({ ref: z.string() }) }).step('leaf', leaf)
const root = workflow('root', { input: z.object({ ref: z.string() }) }).step('middle', middle)

const eve = (ask: EscalateOptions) =>
  agent('eve').handle(deploy, async ({ ref }, ctx) => {
    const { by, reason = '' } = await ctx.escalate(ask)
    return `${ref}: ${by}, ${reason}`
  })

async function opened(runtime: Runtime): Promise<string> {
  for await (const { to, name } of runtime.signals({ from: 'start' }))
    if (name === 'gate.opened') return to.slice('gate/'.length)
  return expect.fail('nobody asked')
}

describe('the agent that asks', () => {
  const ends: [
    string,
    EscalateOptions,
    (runtime: Runtime, id: string) => Promise<unknown>,
    string,
    string?,
  ][] = [
    [
      'goes on when it is approved',
      {},
      (runtime, id) => runtime.gates.approve(id, { by: 'ann', reason: 'the tests are green' }),
      'completed',
      'ready',
    ],
    [
      'goes on when it is rejected',
      {},
      (runtime, id) => runtime.gates.reject(id, { by: 'ann', reason: 'not on a Friday' }),
      'failed',
      'ready',
    ],
    ['goes on when nobody answers', { expires: '1h' }, async () => {}, 'failed', 'ready'],
    [
      'is stopped when it is rejected, where that is said',
      { onReject: 'stop' },
      (runtime, id) => runtime.gates.reject(id, { by: 'ann', reason: 'not on a Friday' }),
      'failed',
    ],
    ['is stopped when nobody answers, too', { onReject: 'stop', expires: '1h' }, async () => {}, 'failed'],
  ]
  test.each(ends)('%s', async (_what, ask, end, status, state) => {
    const clock = newClock()
    await using runtime = await createRuntime({ agents: [eve(ask)], host: { clock } })
    const handle = await runtime.submit(deploy, { ref: 'main' })
    const id = await opened(runtime)
    expect(runtime.agents.get('eve')?.state).toBe('paused')
    await end(runtime, id)
    await pass(clock, 2 * 60 * 60_000)
    expect((await handle.outcome()).status).toBe(status)
    expect(runtime.agents.get('eve')?.state).toBe(state)
  })
})

test('a gate is answered from another process life, three runs deep, while the run is paused', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'stator-gates-'))
  try {
    const open = () =>
      createRuntime({
        journal: sqlite(join(folder, 'gates.db')),
        agents: [eve({ id: 'may', title: 'Deploy?' })],
        workflows: [root, middle, leaf],
      })
    {
      await using first = await open()
      await first.start(root, { ref: 'main' }, { id: 'release' })
      await opened(first)
    }
    await using second = await open()
    const run = second.run(root, 'release')
    await run.pause('the office is closed')
    const found = second.gates.list({ run: 'release', agent: 'eve', open: true }).gates
    expect(found).toMatchObject([
      {
        id: 'release/middle/leaf/deploy/may',
        run: 'release/middle/leaf',
        conversation: 'workflow/release',
        chain: [
          'workflow/release',
          'workflow/release/middle',
          'workflow/release/middle/leaf',
          'task/release/middle/leaf/deploy',
          'agent/eve',
        ],
      },
    ])
    expect(second.gates.list({ run: 'release/middle' }).gates).toEqual(found)
    expect(second.gates.list({ run: 'other' }).gates).toEqual([])
    await second.gates.approve(found[0]?.id ?? '', { by: 'ann', reason: 'all is well' })
    expect(run.status()).toBe('paused')
    await run.resume()
    expect(await run.result()).toEqual({ middle: { leaf: { deploy: 'main: ann, all is well' } } })
    const kept = second.gates.get('release/middle/leaf/deploy/may')?.outcome
    expect(kept).toMatchObject({ status: 'approved', by: 'ann', reason: 'all is well' })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
