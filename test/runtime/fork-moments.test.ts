/** What a fork takes along of a position, from histories written by hand: checkpoints that are true there, mail that was on its way. */
import { expect, test } from 'vitest'
import { fork, type Json, type Refusal } from 'stator'
import type { Batch, Journal } from '../../src/runtime/journal.ts'
import { keptOf } from '../../src/runtime/cached.ts'
import { emptyMemory, memory } from '../../src/runtime/memory-journal.ts'
import { checkpoint, Scribe, type Draft } from '../../src/testing/journal-suite/fixtures.ts'

const create: Draft = { type: 'task.create', to: 'task/a', toState: 'scheduled' }
const refused = (code: string): Refusal => ({ code, message: '', allowed: [] })

/** A history with these records, closed, to be forked. */
function written(drafts: readonly Draft[], rest: Partial<Batch>): (at: number) => Journal {
  const state = emptyMemory()
  const place = { journal: () => memory(state), tamper: () => undefined, dispose: () => undefined }
  const scribe = new Scribe(place)
  scribe.write(drafts, { tailAfter: drafts.length, ...rest })
  scribe.journal.close()
  return at => {
    const forked = fork(memory(state), { at: at.toString(36) })
    forked.open({ newId: () => 'never' })
    return forked
  }
}

test('of a task that refused a timer later the checkpoint is not true: it is rebuilt from its creation', () => {
  const timer: Draft = {
    type: 'hub.timer',
    to: 'task/a',
    data: { id: 'later', setSeq: 1 },
    fromState: 'scheduled',
    toState: 'scheduled',
    refused: refused('EVENT_REFUSED'),
  }
  const at = written([create, { to: 'context/other', toState: null }, timer], {
    checkpoints: [checkpoint('task/a', { timers: [] })],
  })
  expect(at(2).checkpoint('task/a')).toBeUndefined()
  expect(at(2).standing().tailAfter).toBe(0)
  expect(at(3).checkpoint('task/a')).toBeDefined()
})

test('one that came to be held later, by what its message met, is not held before that', () => {
  const held = { code: 'HOPS_EXCEEDED', reason: 'too long', signal: 3 }
  const far: Draft = { to: 'task/b', from: 'task/a', toState: null, refused: refused('HOPS_EXCEEDED') }
  const at = written([create, { ...create, to: 'task/c' }, far], {
    checkpoints: [checkpoint('task/a', { held }), checkpoint('task/c', { seq: 2, createdSeq: 2 })],
  })
  expect(at(2).checkpoint('task/a')?.held).toBeNull()
  expect(at(3).checkpoint('task/a')?.held).toEqual(held)
  // The record that held it is read again.
  expect(at(3).standing().tailAfter).toBe(2)
})

test('what a record caused is on its way until it is delivered, in that order', () => {
  const sent = (output: number, data: Json): Draft => ({
    type: 'note',
    to: 'task/a',
    from: 'task/a',
    fromState: 'scheduled',
    toState: 'scheduled',
    causationId: 1,
    output,
    hops: 1,
    data,
  })
  const at = written([create, sent(0, 'first'), sent(1, 'second')], {
    checkpoints: [checkpoint('task/a', { seq: 3 })],
  })
  const mail = (position: number): Json[] =>
    at(position)
      .pending()
      .map(({ data }) => data)
  expect([1, 2, 3].map(mail)).toEqual([['first', 'second'], ['second'], []])
  expect(
    at(1)
      .pending()
      .map(({ id, causationId, output, hops }) => [id, causationId, output, hops]),
  ).toEqual([
    [1, 1, 0, 1],
    [2, 1, 1, 1],
  ])
})

test('what a held actor stumbled over is on its way again from its release on, until it is delivered again', () => {
  const odd: Draft = {
    type: 'odd',
    to: 'task/a',
    from: 'client/test',
    fromState: 'scheduled',
    toState: 'scheduled',
    hops: 0,
    data: 'odd',
  }
  const release: Draft = {
    type: 'hub.release',
    to: 'system/hub',
    data: { address: 'task/a' },
    toState: 'running',
  }
  const drafts: Draft[] = [
    create,
    { ...odd, refused: refused('MACHINE_FAULT') },
    release,
    odd,
    { ...create, to: 'task/z' },
  ]
  const at = written(drafts, { checkpoints: [checkpoint('task/a', { seq: 4 })] })
  const mail = (position: number): string[] =>
    at(position)
      .pending()
      .map(({ type }) => type)
  expect([1, 2, 3, 4].map(mail)).toEqual([[], [], ['odd'], []])
})

test('of a kept result there is the one of then, where a later one has taken its place', () => {
  const spec = { task: 'sum', input: 1, cache: { ttl: 1_000 } }
  const one = (id: string): Draft[] => [
    { type: 'task.create', to: `task/${id}`, data: spec, toState: 'running' },
    {
      type: 'task.done',
      to: `task/${id}`,
      fromState: 'running',
      toState: 'completed',
      final: true,
      data: { output: id },
    },
  ]
  const key = keptOf(spec as never, { seq: 4, at: 1_040 })
  if (key === undefined) throw new Error('it is not kept')
  const at = written([...one('a'), ...one('b')], { cached: [key] })
  const kept = (position: number): unknown[] =>
    [...at(position).kept()].map(({ seq, expires }) => [seq, expires])
  expect([1, 2, 3, 4].map(kept)).toEqual([[], [[2, 2_020]], [[2, 2_020]], [[4, 2_040]]])
})
