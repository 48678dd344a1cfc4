/** Opened: gates that wait for an answer as a stream: those that do now, and then each as it is opened. It answers nothing. */
import { filter, map, startWith, type Observable } from 'rxjs'
import { idOf } from '../../messages/address.ts'
import type { GatePage } from '../gate-list.ts'
import type { SignalStream } from '../signal-stream.ts'
import type { GateInfo } from './info.ts'

export interface OpenedParts {
  readonly stream: SignalStream
  readonly list: (options: { open: true; cursor: string }) => GatePage
  readonly get: (id: string) => GateInfo | undefined
}

/** From when it is asked for: it may be listened to later. */
export function openedGates({ stream, list, get }: OpenedParts): Observable<GateInfo> {
  const after = stream.position
  const waiting = new Set([...allOpen(list)].map(({ id }) => id))
  return stream.observe({ types: ['gate.opened'], after }).pipe(
    map(({ to }) => idOf(to)),
    filter(id => !waiting.has(id)),
    startWith(...waiting),
    map(get),
    filter((gate): gate is GateInfo => gate !== undefined && gate.outcome === null),
  )
}

/** Page by page. */
export function* allOpen(list: OpenedParts['list']): Generator<GateInfo> {
  for (let cursor: string | null = '0'; cursor !== null;) {
    const page: GatePage = list({ open: true, cursor })
    yield* page.gates
    cursor = page.next
  }
}
