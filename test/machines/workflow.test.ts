/** Machines of compiled workflows, by hand: each kind of node, each phase, and what is refused. Commands are told as `event address`. */
import { describe, expect, it } from 'vitest'
import { indexOf } from '../../src/machines/flow-index.ts'
import { MAX_KEPT_SIGNALS } from '../../src/machines/workflow-guards.ts'
import { compileWorkflow, phaseOf } from '../../src/machines/workflow.ts'
import type { FlowNode } from '../../src/messages/flow.ts'
import { send, sendAll, start } from './drive.ts'
import { ENDS } from './workflow-ends.rows.ts'
import { flow, step, begin, done, failed, decided, says, decide, wordOf } from './workflow-flows.ts'
import { PARTS } from './workflow-parts.rows.ts'
import { STEPS } from './workflow-steps.rows.ts'

describe('a compiled workflow', () => {
  it.each([...STEPS, ...PARTS, ...ENDS])(
    '$promise',
    ({ flow: made, given, when, to, says: must = [], begun = {} }) => {
      const index = indexOf(made)
      const first = start(compileWorkflow('w', '1', index), { index })
      const before = sendAll(first, given).snapshot
      const { snapshot, commands } = send(before, when)
      expect(snapshot === before ? undefined : phaseOf(snapshot)).toBe(to)
      expect(commands.map(wordOf)).toEqual(must)
      expect(snapshot.context).toMatchObject(begun)
    },
  )

  it('takes a signal that came before it waited for it', () => {
    const index = indexOf(
      flow([step('a', 0), { kind: 'wait', name: 'w', step: 1, signal: 'go' }], { signals: ['go'] }),
    )
    const first = start(compileWorkflow('w', '1', index), { index })
    const { snapshot } = sendAll(first, [begin(), says('go'), done(0)])
    expect(phaseOf(snapshot)).toBe('completed')
  })

  it('keeps a thousand signals of a name, and no more', () => {
    const index = indexOf(flow([step('a', 0)], { signals: ['go'] }))
    const first = start(compileWorkflow('w', '1', index), { index })
    const full = sendAll(first, [
      begin(),
      ...Array.from({ length: MAX_KEPT_SIGNALS }, () => says('go')),
    ]).snapshot
    expect(send(full, says('go')).snapshot).toBe(full)
  })

  it('begins failed items of a held map anew, within its limit, and gives what was done by hand', () => {
    const body = [
      step('a', 0, { pivot: true }),
      { kind: 'map', name: 'm', step: 1, limit: 1, each: step('m', 1) } as FlowNode,
    ]
    const index = indexOf(flow(body))
    const first = start(compileWorkflow('w', '1', index), { index })
    const items = [0, 1].map(item => failed(1, { item }))
    const held = sendAll(first, [begin(), done(0), decided(1, { list: [1, 2] }), ...items]).snapshot
    expect(phaseOf(held)).toBe('held')
    expect(send(held, decide('retry', 'm')).commands.map(wordOf)).toEqual(['task.create task/run/m/2.i0'])
    expect(send(held, decide('finish', 'm')).snapshot.context).toMatchObject({ maps: {} })
  })
})
