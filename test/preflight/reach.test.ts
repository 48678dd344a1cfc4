/**
 * What pre-flight says of reachability and of ends is so: exactly where nothing runs in parallel, and never too much where something
 * does: what XState really does is the judge.
 */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { initialTransition, transition, type AnyMachineSnapshot } from 'xstate'
import { analyse } from '../../src/preflight/machine/analysis.ts'
import { trappedIn } from '../../src/preflight/machine/ends.ts'
import { truthOf } from './naive-machine.ts'
import { EVENTS, machineOf, shapes } from './random-machine.ts'

const numberOf = (id: string): number => Number(id.slice(1))

test('in a machine without regions and memory, exactly those states are unreachable, and exactly those never end, that an oracle names', () => {
  let [lost, caught] = [0, 0]
  fc.assert(
    fc.property(shapes(true), shape => {
      const truth = truthOf(shape)
      const { reach, nodes } = analyse(machineOf(shape))
      expect(new Set([...reach.entered.keys()].map(({ id }) => numberOf(id)))).toEqual(truth.entered)
      expect(new Set([...trappedIn(reach)].map(({ node }) => numberOf(node.id)))).toEqual(truth.trapped)
      lost += nodes.length - truth.entered.size
      caught += truth.trapped.size
    }),
    { numRuns: 3_000 },
  )
  expect(lost).toBeGreaterThan(1_000)
  expect(caught).toBeGreaterThan(1_000)
})

test('with regions and memory, no state that XState enters is called unreachable, and no machine ends from where it is said not to', () => {
  let [lost, caught, ended] = [0, 0, 0]
  const walks = fc.array(fc.tuple(fc.nat(9), fc.nat(255)), { maxLength: 12 })
  fc.assert(
    fc.property(shapes(false), walks, (shape, steps) => {
      let bits = 170
      const machine = machineOf(shape, () => {
        bits = (bits * 75 + 74) % 65_537
        return bits % 2 === 0
      })
      const { reach, nodes } = analyse(machine)
      const trapped = new Set([...trappedIn(reach)].map(({ node }) => node.id))
      const entered = new Set([...reach.entered.keys()].map(({ id }) => id))
      const timers = nodes.flatMap(node => node.after.map(({ eventType }) => String(eventType)))
      const events = [...EVENTS, 'D', ...timers]
      let isCaught = false
      const look = (snapshot: AnyMachineSnapshot): void => {
        const active = Object.keys(snapshot.getMeta())
        expect(active.filter(id => !entered.has(id))).toEqual([])
        const isOver = snapshot.status === 'done'
        expect(isOver && isCaught).toBe(false)
        ended += isOver ? 1 : 0
        isCaught ||= active.some(id => trapped.has(id))
      }
      lost += nodes.length - entered.size
      caught += trapped.size
      try {
        let [snapshot] = initialTransition(machine) as [AnyMachineSnapshot, unknown]
        look(snapshot)
        for (const [event, seed] of steps) {
          bits = seed
          if (snapshot.status !== 'active') return
          ;[snapshot] = transition(machine, snapshot, { type: events[event % events.length] ?? 'D' }) as [
            AnyMachineSnapshot,
            unknown,
          ]
          look(snapshot)
        }
      } catch (error) {
        // States that leave each other for ever at once: there is no more to see.
        if (!/Infinite loop/.test(String(error))) throw error
      }
    }),
    { numRuns: 2_000 },
  )
  expect(lost).toBeGreaterThan(1_000)
  expect(caught).toBeGreaterThan(1_000)
  expect(ended).toBeGreaterThan(50)
})

test('the way to a state is one, and there is none that is shorter', () => {
  fc.assert(
    fc.property(shapes(true), shape => {
      const { nexts, distance } = truthOf(shape)
      const { reach, way, nodes } = analyse(machineOf(shape))
      const numbers = new Map(nodes.map(node => [node.path.join('.') || node.machine.id, numberOf(node.id)]))
      for (const node of reach.leaves.keys()) {
        const path = way(node)
        const states = path.filter((_, index) => index % 2 === 0).map(name => numbers.get(name) ?? -1)
        expect(states.at(-1)).toBe(numberOf(node.id))
        expect(path.length).toBe(2 * (distance.get(numberOf(node.id)) ?? -1) + 1)
        for (const [index, state] of states.entries())
          expect(index === 0 || nexts.get(states[index - 1] ?? -1)?.has(state)).toBe(true)
      }
    }),
    { numRuns: 1_000 },
  )
})
