/** stator/inspect: machines drawn, and actors in the Stately inspector. Nothing is defined here. */
export { toDefinition } from './definition.ts'
export type {
  InspectedEvent,
  InspectedSnapshot,
  InspectionActor,
  InspectionMessage,
  InspectionSnapshot,
  StatorInspectionEvent,
} from './event.ts'
export { inspectRuntime, type InspectionTarget, type InspectOptions } from './inspect-runtime.ts'
export { inspectionEvents } from './inspection-events.ts'
export { toMermaid, type MermaidOptions } from './mermaid.ts'
