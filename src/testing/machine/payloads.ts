/**
 * Payloads: the events that may be sent to a machine, and the data they may carry. Chooses no event and steps no machine.
 */
import * as fc from 'fast-check'
import type { AnyStateMachine, EventObject } from 'xstate'
import type { z } from 'zod'
import { StatorError } from '../../errors.ts'
import { arbitraryOf } from '../arbitrary/index.ts'
import { matches, nodesOf } from './chart.ts'
import { samplesOf } from './samples.ts'

/** Data of one type of event: a schema, an arbitrary, or all the values there are; an empty list is never sent. */
export type Payloads = z.ZodType | fc.Arbitrary<unknown> | readonly unknown[]

export interface EventOptions {
  /**
   * The data of each type of event. A type that the machine names and that is not here is sent without data; a type that
   * only a wildcard of the machine takes must be here to be sent.
   */
  readonly events?: Readonly<Record<string, Payloads>>
  /** Makes an event. Default: `{ type, ...data }`. Delays pass through it too, without data, and keep their own type. */
  readonly event?: (type: string, data: unknown) => EventObject
}

export interface Alphabet {
  /** Every type that is sent, sorted. */
  readonly types: ReadonlyMap<string, Payloads>
  /** Descriptors of the machine that no type here is for: wildcards, routes, snapshots of children. */
  readonly unsupported: readonly string[]
  readonly eventOf: (type: string, data: unknown) => EventObject
  /** What a timer delivers. */
  readonly delayed: (event: EventObject) => EventObject
}

const NONE: readonly unknown[] = [undefined]

/** @throws StatorError CHECK_INVALID for an event that the machine does not name */
export function alphabetOf(machine: AnyStateMachine, { events = {}, event }: EventOptions): Alphabet {
  const descriptors = [...new Set(nodesOf(machine).flatMap(({ transitions }) => [...transitions.keys()]))]
  const stranger = Object.keys(events).find(
    type => !descriptors.some(descriptor => matches(descriptor, type)),
  )
  if (stranger !== undefined)
    throw new StatorError('CHECK_INVALID', {
      machine: machine.id,
      event: stranger,
      reason: 'the machine names no such event',
    })
  const open = descriptors.filter(descriptor => !/^xstate\.(?!route$|snapshot\.)/.test(descriptor))
  const plain = open.filter(descriptor => !descriptor.includes('*') && !descriptor.startsWith('xstate.'))
  const types = [...new Set([...plain, ...Object.keys(events)])].toSorted()
  return {
    types: new Map(
      types
        .map(type => [type, events[type] ?? NONE] as const)
        .filter(([, data]) => !Array.isArray(data) || data.length > 0),
    ),
    unsupported: open.filter(descriptor => !types.some(type => matches(descriptor, type))).toSorted(),
    eventOf: event ?? plainEvent,
    delayed: armed => (event === undefined ? armed : { ...event(armed.type, undefined), ...armed }),
  }
}

function plainEvent(type: string, data: unknown): EventObject {
  if (data === undefined) return { type }
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new StatorError('CHECK_INVALID', {
      event: type,
      data,
      reason: 'data that is no object needs the option event',
    })
  return { ...data, type }
}

/** Payloads as an arbitrary. @throws StatorError CHECK_INVALID for what is neither schema, arbitrary nor list */
export function toArbitrary(type: string, data: Payloads): fc.Arbitrary<unknown> {
  if (isList(data)) return fc.constantFrom(...data)
  // By its shape: a user's fast-check may be another copy than ours.
  if (typeof data === 'object' && 'generate' in data && 'shrink' in data) return data
  if (typeof data === 'object' && 'safeParse' in data) return arbitraryOf(data)
  throw new StatorError('CHECK_INVALID', {
    event: type,
    reason: 'its payloads are no zod schema, no arbitrary and no list',
  })
}

/** A list as it is; else some seeded samples, and those on the boundaries. */
export function toSamples(type: string, data: Payloads, count: number, seed: number): readonly unknown[] {
  return isList(data) ? data : samplesOf(toArbitrary(type, data), count, seed)
}

function isList(data: Payloads): data is readonly unknown[] {
  return Array.isArray(data)
}
