/**
 * Testing: a workflow with a bug that only a lost answer shows, found, shrunk and replayed, and the mended one that passes.
 * docs/testing.md goes through it line by line. In a service the last part is a test of vitest, or of any other runner.
 */
import { agent, task, workflow, type AgentDefinition, type TaskContext } from 'stator'
import {
  CheckFailed,
  checkWorkflow,
  replay,
  world,
  type Outside,
  type WorkflowCheckOptions,
} from 'stator/testing'
import { z } from 'zod'

// #region workflow
const item = z.object({ sku: z.string().max(8), qty: z.int().min(1).max(9) })
type Item = z.infer<typeof item>
const retry = { maxAttempts: 3, initialInterval: '1s', jitter: 'none' } as const
const charge = task('charge', {
  input: item,
  output: z.object({ receipt: z.string() }),
  retry,
  timeout: '30s',
})
const ship = task('ship', { input: item, output: z.object({ parcel: z.string() }), retry, timeout: '30s' })

const order = workflow('order', { input: item })
  .step('charge', charge)
  .step('ship', ship, ({ input }) => input)
// #endregion

// #region service
type KeyOf = (ctx: TaskContext) => string

/** The code of the service: what it calls outside is given to it. */
const clerk = (outside: Outside, keyOf: KeyOf): AgentDefinition =>
  agent('clerk')
    .handle(charge, async ({ qty }, ctx) => {
      const receipt = await outside.call<string>('pay', { cents: qty * 250 }, keyOf(ctx))
      return { receipt }
    })
    .handle(ship, async (parcel, ctx) => {
      const label = await ctx.do('label', key => outside.call<string>('label', parcel, key))
      return { parcel: label }
    })
// #endregion

// #region check
const promises = (keyOf: KeyOf): WorkflowCheckOptions<unknown, Item> => ({
  agents: outside => [clerk(outside, keyOf)],
  effects: {
    // A payment service that knows a key again; a printer that prints whatever arrives.
    pay: world.idempotent({ output: () => 'r-1' }),
    label: world.flaky({ output: () => 'p-1' }),
  },
  always: {
    chargedOnce: w => w.count('pay') <= 1,
    paidFirst: w => w.count('label') === 0 || w.count('pay') > 0,
  },
  eventually: s => s.status === 'completed',
  regressions: false,
  seed: 42,
})
const buggy = promises(ctx => `${ctx.idempotencyKey}-${ctx.attempt}`)
const mended = promises(ctx => ctx.idempotencyKey)
// #endregion

const found = await checkWorkflow(order, buggy).catch((error: unknown) => error)
if (!(found instanceof CheckFailed)) throw new Error('the bug was not found', { cause: found })
console.log(found.message)

const again = await replay(found.token, order, buggy).catch((error: unknown) => error)
if (!(again instanceof CheckFailed) || again.trace !== found.trace) throw new Error('it was another bug')

console.log('---')
console.log(String(await checkWorkflow(order, mended)))
