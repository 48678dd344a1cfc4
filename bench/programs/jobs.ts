/** The jobs of W3: no-op tasks, with the four priorities in turn. */
import { PRIORITIES, type Runtime, type SubmitOptions, type TaskHandle } from 'stator'
import { noop } from './noop.ts'

/** Settles when the job is acknowledged. */
export function submit(
  runtime: Runtime,
  index: number,
  task = noop,
  options: SubmitOptions = {},
): Promise<TaskHandle<number>> {
  const priority = PRIORITIES[index % PRIORITIES.length] ?? 'normal'
  return runtime.submit(task, index, { priority, whenFull: 'wait', ...options })
}
