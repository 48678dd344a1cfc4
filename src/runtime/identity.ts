/** Identity: what a run remembers of what it runs: a name, a version, and a hash of all of it that must stay the same. */
import type { AnyWorkflow } from '../actors/workflow.ts'
import type { Flow } from '../messages/flow.ts'
import type { Json } from '../messages/json.ts'
import type { Plan } from '../messages/workflow.ts'
import { hashOf } from './hash.ts'
import type { DefinitionRef } from './journal.ts'

export const hashOfGraph = (plan: Plan): string => hashOf(['graph', plan as unknown as Json])

export const hashOfWorkflow = ({
  name,
  version,
  structure,
}: Pick<AnyWorkflow, 'name' | 'version' | 'structure'>): string => hashOf([name, version, structure])

/** The hash of a workflow that comes as data says that it does. */
const OF_DATA = 'data:'

export const hashOfData = (name: string, version: string, flow: Flow): string =>
  OF_DATA + hashOf([name, version, flow as unknown as Json])

/** Is it in the message that started the run? */
export const bringsItsOwn = ({ name, hash }: Pick<DefinitionRef, 'name' | 'hash'>): boolean =>
  name === 'graph' || hash.startsWith(OF_DATA)
