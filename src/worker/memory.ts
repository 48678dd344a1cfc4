/**
 * The memory limit of a thread. V8's own limit is not enough: it ends the whole process where the allocation that is too
 * much is a large one, such as the growing of an array or of a map. So V8 is given a far higher limit, and the
 * thread is looked at from outside, and ended long before. Ends nothing itself.
 */
import type { HeapInfo } from 'node:v8'
import type { Worker } from 'node:worker_threads'
import type { Clock } from '../runtime/clock.ts'

const MB = 2 ** 20
const EVERY = 50
/** Over the limit for so many looks in a row: what is garbage has had its time to be collected. */
const PATIENCE = 10
/** So far over the limit there is no waiting. */
const EXCESS = 256 * MB
/** Between the limit and where V8 gives up: what may be allocated between two looks, or at once. */
const ROOM = 2048 * MB

/** Since Node 22.16 and 24.0; before them there is V8's limit only. */
type Looked = Worker & { getHeapStatistics?: () => Promise<HeapInfo> }

/** In megabytes, for the start of a thread. */
export function heapLimit(bytes: number, worker: { prototype: object }): number {
  return Math.ceil((bytes + ('getHeapStatistics' in worker.prototype ? ROOM : 0)) / MB)
}

/** Calls back once when it holds more. Returns a function that ends the watch. */
export function watchMemory(worker: Looked, bytes: number, clock: Clock, over: () => void): () => void {
  let ended = false
  let looks = 0
  let cancel = (): void => {}

  const judge = ({ used_heap_size: heap, external_memory: external }: HeapInfo): void => {
    if (ended) return
    // What a thread holds outside of its heap, as the bytes of a Buffer, V8's limit does not know of.
    const excess = heap + (external ?? 0) - bytes
    looks = excess > 0 ? looks + 1 : 0
    if (looks < PATIENCE && excess < EXCESS) return
    ended = true
    over()
  }
  const look = (): void => {
    if (ended) return
    // Not waited for: a look that Node loses, as it may while a thread starts or ends, must not be the last one.
    worker.getHeapStatistics?.().then(judge, () => {})
    cancel = clock.after(EVERY, look)
  }

  if (worker.getHeapStatistics !== undefined) cancel = clock.after(EVERY, look)
  return () => {
    ended = true
    cancel()
  }
}
