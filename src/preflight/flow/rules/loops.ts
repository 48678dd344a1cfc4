/** LOOP_CONSTANT: loops whose condition does not depend on what they do. */
import type { FlowNode } from '../../../messages/flow.ts'
import type { Found } from '../../finding.ts'
import { referencesOf, truthOf } from '../conditions.ts'
import { bodiesOf } from '../contents.ts'
import { wayAlong, type Place } from '../places.ts'

export function loops(places: readonly Place[]): Found[] {
  return places.flatMap(({ node, trail }): Found[] => {
    if (node.kind !== 'loop' || node.while === 'code') return []
    const truth = truthOf(node.while)
    const made = new Set<number>()
    stepsIn(node.body, made)
    const changes = referencesOf(node.while).some(({ from }) => from !== 'input' && made.has(from.step))
    if (truth === 'maybe' && changes) return []
    return [
      {
        code: 'LOOP_CONSTANT',
        state: node.name,
        path: wayAlong(trail),
        because: {
          always: `It always holds: after ${node.max} times the loop fails.`,
          never: 'It never holds: what is in the loop is never run.',
          maybe: `It asks for nothing that is made in the loop: this is run never, or ${node.max} times, and then fails.`,
        }[truth],
      },
    ]
  })
}

/** The indexes of all that happens in it. */
function stepsIn(body: readonly FlowNode[], into: Set<number>): void {
  for (const node of body) {
    if ('step' in node) into.add(node.step)
    for (const inner of bodiesOf(node)) stepsIn(inner, into)
  }
}
