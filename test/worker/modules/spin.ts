/** Never yields, once it has said that it runs. */
import type { WorkerContext } from 'stator/worker'

export default function spin(_input: unknown, ctx: WorkerContext): never {
  ctx.progress(1, 'spinning')
  for (;;);
}
