/** Random workflows under crashes, against somebody who plays them with pencil and paper. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CRASH_POINTS } from '../../../src/testing/host/disk.ts'
import { build } from './build.ts'
import { interpret } from './interpret.ts'
import { wrongWhereStopped, wrongWith } from './judge.ts'
import { INPUT, playTree, type Course } from './play.ts'
import { treeOf } from './tree.ts'

const TIGHT = { batchInputs: 2, batchDeliveries: 3, tail: 4, idle: 1, liveActors: 1, history: 2 }

const course: fc.Arbitrary<Course> = fc.record({
  crashes: fc.array(
    fc.record({ write: fc.integer({ min: 1, max: 40 }), point: fc.constantFrom(...CRASH_POINTS) }),
    { maxLength: 2 },
  ),
  seed: fc.nat(1000),
  limits: fc.constantFrom({}, TIGHT),
  capacity: fc.integer({ min: 1, max: 3 }),
  cancel: fc.constant(null),
})

/** Such as a soak gives. */
const RUNS = Number(process.env['FLOW_RUNS'] ?? 150)
const SEED = Number(process.env['FLOW_SEED'] ?? 1)

test('a workflow does what its parts say, in their order, whatever crashes', async () => {
  await fc.assert(
    fc.asyncProperty(treeOf(false), course, async (tree, way) => {
      const played = await playTree(tree, build(tree), way)
      expect(wrongWith(tree, interpret(tree, INPUT), played)).toEqual([])
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 300_000)

test('what is stopped on the way undoes what it did, in the order that fits', async () => {
  const stopped = fc.record({ after: fc.nat(80), compensate: fc.constantFrom(true, false, undefined) })
  await fc.assert(
    fc.asyncProperty(treeOf(true), course, fc.option(stopped, { nil: null }), async (tree, way, cancel) => {
      const stopping = { ...way, cancel }
      const played = await playTree(tree, build(tree), stopping)
      const wrong = wrongWhereStopped(tree, interpret(tree, INPUT, true), played, stopping)
      expect(wrong).toEqual([])
    }),
    { numRuns: RUNS, seed: SEED },
  )
}, 300_000)
