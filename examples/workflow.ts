/**
 * Everything that a workflow can be made of: steps, groups, a branch, a loop, a map, a wait for a signal, workflows as steps, and what can be
 * changed and asked while a run goes on. Each is a small workflow of its own; the last one is made of the others.
 */
import { agent, createRuntime, query, signal, task, update, workflow } from 'stator'
import { z } from 'zod'

// #region tasks
const line = z.object({ sku: z.string(), quantity: z.number() })
const order = z.object({ lines: z.array(line), express: z.boolean().default(false) })
const parcel = z.object({ parcel: z.string() })

const price = task('price', { input: order, output: z.object({ total: z.number() }) })
const weigh = task('weigh', { input: order, output: z.object({ grams: z.number() }) })
const offer = task('offer', { input: z.object({ total: z.number(), grams: z.number() }), output: z.string() })
const fetch = task('fetch', { input: line, output: z.object({ shelf: z.string() }) })
const post = task('post', { input: z.object({ by: z.string(), to: z.string() }), output: parcel })
const locate = task('locate', { input: parcel, output: z.object({ place: z.string() }) })
// #endregion

const places = ['depot', 'van', 'door']
const looks = new Map<string, number>()
const clerk = agent('clerk', { capacity: 4 })
  .handle(price, ({ lines }) => ({ total: lines.reduce((sum, { quantity }) => sum + 5 * quantity, 0) }))
  .handle(weigh, ({ lines }) => ({ grams: lines.reduce((sum, { quantity }) => sum + 300 * quantity, 0) }))
  .handle(offer, ({ total, grams }) => `${total} euro for ${grams} g`)
  .handle(fetch, ({ sku }) => {
    if (sku === 'moon') throw new Error('there is none')
    return { shelf: `shelf of ${sku}` }
  })
  .handle(post, ({ by, to }) => ({ parcel: `${by} to ${to}` }))
  .handle(locate, ({ parcel: id }) => {
    const look = looks.get(id) ?? 0
    looks.set(id, look + 1)
    return { place: places[look] ?? 'door' }
  })

// #region row
const quote = workflow('quote', { input: order })
  .parallel('measures', both => both.step('price', price).step('weigh', weigh), { limit: 2 })
  .step('offer', offer, ({ outputs }) => ({ total: outputs.price.total, grams: outputs.weigh.grams }))
// #endregion

// #region branch
const ship = workflow('ship', { input: z.object({ express: z.boolean(), to: z.string() }) })
  .branch('carrier', cases =>
    cases
      .when(
        'air',
        ({ input }) => input.express,
        steps => steps.step('fly', post, ({ input }) => ({ by: 'air', to: input.to })),
      )
      .otherwise('road', steps => steps.step('drive', post, ({ input }) => ({ by: 'road', to: input.to }))),
  )
  .step('look', locate, ({ outputs }) => outputs.fly ?? outputs.drive ?? { parcel: 'none' })
// #endregion

// #region loop
const track = workflow('track', { input: parcel }).loop(
  'under-way',
  steps => steps.step('locate', locate, ({ input }) => input).wait('pause', { for: '10ms' }),
  { while: ({ outputs }) => outputs.locate?.place !== 'door', max: 20 },
)
// #endregion

// #region map
const gather = workflow('gather', { input: order }).map('fetched', ({ input }) => input.lines, fetch, {
  each: ({ sku, quantity }) => ({ sku, quantity: quantity + 1 }), // one to spare
  limit: 10, // at once
})
// #endregion

// #region wait
const paid = signal('paid', z.object({ amount: z.number() }))

const dunning = workflow('dunning', { input: z.object({ due: z.number() }) })
  .wait('money', { signal: paid, timeout: '3d' }) // its output is { amount }
  .wait('grace', { for: '10ms' })
  .wait('monday', { until: ({ input }) => new Date(input.due) })
// #endregion

// #region child
const fulfil = workflow('fulfil', { input: order })
  .step('quote', quote)
  .wait('payment', { signal: paid, timeout: '3d' })
  .step('gather', gather)
  .step('ship', ship, ({ input }) => ({ express: input.express, to: 'A-17' }))
// #endregion

// #region surface
const move = update('move', { input: z.object({ to: z.string() }), output: z.object({ from: z.string() }) })
const goal = query('goal', z.string())
const ready = signal('ready')

const deliver = workflow('deliver', { vars: z.object({ to: z.string().default('the shop') }) })
  .wait('packed', { signal: ready, timeout: '1d' })
  .step('post', post, ({ vars }) => ({ by: 'road', to: vars.to }))
  .update(move, ({ vars }, { to }) => ({ vars: { to }, answer: { from: vars.to } }))
  .query(goal, ({ vars }) => vars.to)
// #endregion

await using runtime = await createRuntime({
  agents: [clerk],
  workflows: [quote, ship, track, gather, dunning, fulfil, deliver],
})
const books = { lines: [{ sku: 'book', quantity: 2 }] }
console.log('quote:', await (await runtime.start(quote, books)).result())
console.log('ship:', await (await runtime.start(ship, { express: true, to: 'Rome' })).result())
console.log('track:', await (await runtime.start(track, { parcel: 'P-1' })).result())
console.log('gather:', await (await runtime.start(gather, books)).result())

const debt = await runtime.start(dunning, { due: 0 })
await debt.signal(paid, { amount: 1 }) // it may come before anybody waits for it
console.log('dunning:', await debt.result())

console.log('---')
// #region signal
const run = await runtime.start(fulfil, books, { id: 'A-17' })
await run.signal(paid, { amount: 10 })
console.log(await run.result())
// #endregion

console.log('---')
// #region said
const parcels = await runtime.start(deliver, null)
console.log('was to go to:', await parcels.update(move, { to: 'the office' }))
console.log('goes to:', parcels.query(goal))
await parcels.signal(ready, null)
console.log((await parcels.result()).post)
// #endregion

console.log('---')
// #region failure
const lines = ['book', 'moon', 'lamp'].map(sku => ({ sku, quantity: 1 }))
const failed = await runtime.start(fulfil, { lines }, { id: 'A-18' })
await failed.signal(paid, { amount: 15 })
const { status, error, steps } = await failed.outcome()
console.log(status, error?.message, steps)
// #endregion
