/**
 * inspectRuntime(): shows a runtime in the Stately inspector, or in whatever takes its events. It reads signals by a position of its
 * own, as any other reader: an inspector that is slow waits for itself, and one that throws harms nobody.
 */
import { HUB } from '../messages/address.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { StatorInspectionEvent } from './event.ts'
import type { Context } from './fold.ts'
import { Translator } from './inspection-events.ts'

/** A function, or an inspector made with `@statelyai/inspect`: `createInspector(…)`, `createWebSocketInspector(…)`. */
export type InspectionTarget =
  | ((event: StatorInspectionEvent) => void | Promise<void>)
  // Its methods would put in times and ids of their own; its adapter sends what it is given.
  | { readonly adapter: { send(event: never): void } }

export interface InspectOptions {
  inspect: InspectionTarget
  /** 'start', a position from `cursorOf`, or 'now', which introduces all living actors first. Default 'start'. */
  from?: string
  /** Told what an inspector threw. Default: nobody is. */
  onError?: (error: unknown) => void
}

/** Returns what stops it. It also ends with the runtime. */
export function inspectRuntime(runtime: Runtime, options: InspectOptions): () => void {
  const { inspect, from = 'start', onError = () => {} } = options
  const reader = runtime.signals({ from })[Symbol.asyncIterator]()
  const translator = new Translator()
  let stopped = false

  const send = async (event: StatorInspectionEvent): Promise<void> => {
    try {
      if (typeof inspect === 'function') await inspect(event)
      else inspect.adapter.send(event as never)
    } catch (error) {
      onError(error)
    }
  }
  const pump = async (first: readonly StatorInspectionEvent[]): Promise<void> => {
    for (const event of first) if (!stopped) await send(event)
    for (;;) {
      const next = await reader.next()
      if (next.done === true || stopped) return
      for (const event of translator.next(next.value)) if (!stopped) await send(event)
    }
  }
  // Who lives now is read before anything else can happen.
  const first = from === 'now' ? introductions(runtime, translator) : []
  pump(first).catch(onError)
  return () => {
    stopped = true
    void reader.return?.()
  }
}

function introductions(runtime: Runtime, translator: Translator): StatorInspectionEvent[] {
  const at = runtime.recent({ limit: 1 }).at(-1)?.at ?? 0
  return [
    translator.introduce(HUB, runtime.status().hub, {}, at),
    ...runtime.actors
      .list()
      .map(({ address, state, context }) =>
        translator.introduce(address, state, (context ?? {}) as Context, at),
      ),
  ]
}
