/** Who is told of gates: of what, in which order, and what becomes of code that throws, hangs, or was not there in time; and the stream of those that wait. */
import { describe, expect, test } from 'vitest'
import type { GateNotice, NotifyGate } from 'stator'
import type { Life, Simulation } from 'stator/testing'
import { codeOf, worldOf } from './support/world.ts'

const short = ({ type, gate, again }: GateNotice): string => `${gate.id} ${type}${again ? ' again' : ''}`

function worldThatTells(tell: NotifyGate, limits = {}): Simulation {
  return worldOf(() => ({ notify: { gate: tell } }) as never, { limits })
}

/** Something opens, is given on, and ends. */
async function play(life: Life): Promise<void> {
  const { gates } = life.runtime
  await life.until(gates.open({ id: 'a', approvers: ['ann', 'bob', 'cid'], escalateAfter: '1h' }))
  await life.until(gates.escalate('a', { by: 'ann' }))
  await life.until(life.wait(61 * 60_000))
  await life.until(gates.reassign('a', 'dan', { by: 'cid' }))
  await life.until(gates.approve('a', { by: 'dan' }))
}
const ALL = ['a opened', 'a escalated', 'a escalated', 'a reassigned', 'a ended']

describe('who is told of gates', () => {
  test('hears of all that becomes of one, in its order', async () => {
    const told: GateNotice[] = []
    const world = worldThatTells(notice => told.push(notice))
    const life = await world.boot()
    await play(life)
    await world.drain(life)
    expect(told.map(short)).toEqual(ALL)
    expect(told.at(-1)?.gate.outcome).toMatchObject({ status: 'approved', by: 'dan' })
    expect(told.at(-1)?.gate.assignments.map(({ to }) => to)).toEqual(['ann', 'bob', 'cid', 'dan'])
  })

  test('may throw, at once or later: it hears of the next thing all the same', async () => {
    const told: string[] = []
    const world = worldThatTells(notice => {
      told.push(short(notice))
      if (told.length === 1) throw new Error('at once')
      return Promise.reject(new Error('later'))
    })
    const life = await world.boot()
    await play(life)
    await world.drain(life)
    expect(told).toEqual(ALL)
  })

  test('may hang: the gate is answered meanwhile, others are told of theirs, and after a while it is not waited for', async () => {
    const told: string[] = []
    const hangs = new Promise<void>(() => {})
    const world = worldThatTells(
      notice => {
        told.push(short(notice))
        return notice.gate.id === 'a' ? hangs : undefined
      },
      { notify: 1_000 },
    )
    const life = await world.boot()
    const { gates } = life.runtime
    for (const id of ['a', 'b']) await life.until(gates.open({ id }))
    for (const id of ['a', 'b']) await life.until(gates.approve(id, { by: 'ann' }))
    await life.until(life.wait(10))
    expect(told.toSorted()).toEqual(['a opened', 'b ended', 'b opened'])
    await world.drain(life)
    expect(told).toContain('a ended')
  })

  test('hears again, and is told so, of what is open at a start, and of what ended as the last process died', async () => {
    const told: string[] = []
    let deaf = true
    const world = worldThatTells(notice => deaf || told.push(short(notice)))
    const first = await world.boot()
    for (const id of ['a', 'b']) await first.until(first.runtime.gates.open({ id }))
    await first.until(first.runtime.gates.reject('a', { by: 'ann', reason: 'no' }))
    first.die()
    deaf = false
    const second = await world.boot()
    await second.until(second.wait(10))
    expect(told.splice(0)).toEqual(['a ended again', 'b opened again'])
    await second.until(second.runtime.close())
    const third = await world.boot()
    await third.until(third.wait(10))
    // What ended before a graceful close was told.
    expect(told.splice(0)).toEqual(['b opened again'])
    await third.until(third.runtime.gates.approve('b', { by: 'ann' }))
    await world.drain(third)
    expect(told).toEqual(['b ended'])
  })

  test('is a function', async () => {
    const world = worldThatTells('mail' as never)
    const error = await world.boot().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'DEFINITION_INVALID', details: { what: 'notify' } })
  })
})

describe('the stream of gates that wait', () => {
  test('begins with those that do, oldest first, and goes on with each that is opened, once', async () => {
    const world = worldOf(() => ({}))
    const first = await world.boot()
    for (const id of ['a', 'b', 'c']) await first.until(first.runtime.gates.open({ id }))
    first.die()
    const life = await world.boot()
    const { gates } = life.runtime
    await life.until(gates.approve('b', { by: 'ann' }))
    const seen: string[] = []
    const late: string[] = []
    const { opened$ } = gates
    const one = opened$.subscribe(({ id }) => seen.push(id))
    for (const id of ['d', 'e']) await life.until(gates.open({ id }))
    await life.until(life.wait(1))
    expect(seen).toEqual(['a', 'c', 'd', 'e'])
    await life.until(gates.approve('c', { by: 'ann' }))
    // Whoever listens later to the same stream is not told of what has ended since.
    opened$.subscribe(({ id }) => late.push(id))
    await life.until(life.wait(1))
    expect(late).toEqual(['a', 'd', 'e'])
    one.unsubscribe()
    await life.until(gates.open({ id: 'f' }))
    await life.until(life.wait(1))
    expect([seen.at(-1), late.at(-1)]).toEqual(['e', 'f'])
    for (const { id } of gates.list({ open: true }).gates) await life.until(gates.cancel(id))
    await world.drain(life)
  })
})

describe('whoever looks for gates', () => {
  test('finds them by who is asked, and how they stand', async () => {
    const world = worldOf(() => ({}))
    const life = await world.boot()
    const { gates } = life.runtime
    await life.until(gates.open({ id: 'a', approvers: ['ann', 'bob'] }))
    await life.until(gates.open({ id: 'b', approvers: ['bob'] }))
    await life.until(gates.escalate('a', { by: 'ann', idempotencyKey: 'k' }))
    await life.until(gates.escalate('a', { by: 'ann', idempotencyKey: 'k' }))
    await life.until(gates.reject('b', { by: 'bob', reason: 'no' }))
    const found = (options: object): string[] => gates.list(options).gates.map(({ id }) => id)
    expect(found({ assignedTo: 'bob' })).toEqual(['a', 'b'])
    expect(found({ assignedTo: 'bob', open: true })).toEqual(['a'])
    expect(found({ state: 'rejected' })).toEqual(['b'])
    expect(found({ agent: 'nobody' })).toEqual([])
    expect(await codeOf(life, gates.escalate('a', { by: 'bob' }))).toBe('GATE_LAST_APPROVER')
    await life.until(gates.cancel('a'))
    await world.drain(life)
  })

  test('is told who may answer a strict gate, and what its form wants; nothing is lost by that', async () => {
    const { z } = await import('zod')
    const world = worldOf(() => ({}))
    const life = await world.boot()
    const { gates } = life.runtime
    const form = z.object({ budget: z.int().min(1), sort: z.enum(['a', 'b']) })
    await life.until(gates.open({ id: 'a', approvers: ['ann'], strict: true, form }))
    const errorOf = async (promise: Promise<unknown>): Promise<unknown> =>
      life.until(promise.catch((error: unknown) => error))
    const data = { budget: 7, sort: 'a' }
    expect(await errorOf(gates.approve('a', { by: 'bob', data }))).toMatchObject({
      code: 'GATE_NOT_YOURS',
      details: { by: 'bob', assignedTo: 'ann' },
    })
    expect(
      await errorOf(gates.approve('a', { by: 'ann', data: { budget: 0, sort: 'c', note: 1 } })),
    ).toMatchObject({
      code: 'GATE_FORM_INVALID',
      details: { issues: [{ path: 'budget' }, { path: 'sort' }, { path: '(root)' }] },
    })
    // Nor past the view.
    const past = life.runtime.send({ type: 'gate.approve', to: 'gate/a', data: { by: 'ann' } })
    expect(await errorOf(past)).toMatchObject({ code: 'GATE_FORM_INVALID' })
    expect(gates.get('a')).toMatchObject({ state: 'open' })
    await life.until(gates.approve('a', { by: 'ann', data }))
    expect(gates.get('a')?.outcome).toMatchObject({ by: 'ann', data })
    await world.drain(life)
  })
})
