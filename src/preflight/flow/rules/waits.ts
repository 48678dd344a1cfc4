/** WAIT_WITHOUT_TIMEOUT, GATE_WITHOUT_EXPIRY, SIGNAL_NEVER_AWAITED: what waits for somebody, and what nobody waits for. */
import type { Flow } from '../../../messages/flow.ts'
import type { Found } from '../../finding.ts'
import { wayAlong, type Place } from '../places.ts'

export function waits(places: readonly Place[]): Found[] {
  return places.flatMap(({ node, trail }): Found[] => {
    const place = { state: node.name, path: wayAlong(trail) }
    if (node.kind === 'gate') {
      const ends = node.expires !== undefined || node.asks?.escalateAfter !== undefined
      return ends ? [] : [{ code: 'GATE_WITHOUT_EXPIRY', ...place }]
    }
    if (node.kind !== 'wait' || node.signal === undefined) return []
    if (node.for !== undefined || node.until !== undefined) return []
    return [{ code: 'WAIT_WITHOUT_TIMEOUT', ...place, because: `It is the signal ${node.signal}.` }]
  })
}

export function signals(places: readonly Place[], { signals: taken }: Flow): Found[] {
  const awaited = new Set(places.map(({ node }) => (node.kind === 'wait' ? node.signal : undefined)))
  return taken
    .filter(signal => !awaited.has(signal))
    .map(signal => ({ code: 'SIGNAL_NEVER_AWAITED', state: signal, path: [] }))
}
