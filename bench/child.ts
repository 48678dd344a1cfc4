/**
 * The process of one measurement: `node bench/child.ts <program> <params as JSON>`. Loads that program alone, so that
 * a limit is measured without Stator in memory, and sends what it found to the parent (or prints it, when started by hand).
 */
import type { Params } from './case.ts'
import { isProgram, PROGRAMS } from './programs.ts'

const [, , name = '', json = '{}'] = process.argv
const defaults: Params = { n: 1_000, journal: 'sqlite', mode: '', dir: '.' }
const given = { ...defaults, ...(JSON.parse(json) as Partial<Params>) }
if (!isProgram(name)) throw new Error(`no program ${name}; there are ${Object.keys(PROGRAMS).join(', ')}`)
const { program } = await PROGRAMS[name]()
const samples = await program(given)
if (process.send === undefined) console.log(samples)
else process.send({ samples }, () => process.disconnect())
