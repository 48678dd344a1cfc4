/**
 * The process of one measurement: `node bench/child.ts <program> <params as JSON>`. Loads that program alone, so that
 * a limit is measured without Stator in memory, and sends what it found to the parent (or prints it, when started by hand).
 */
import type { Params, Program } from './case.ts'

const [, , name = '', json = '{}'] = process.argv
const given = { n: 1_000, journal: 'sqlite', mode: '', dir: '.', ...(JSON.parse(json) as Partial<Params>) }
const { program } = (await import(`./${name}.ts`)) as { program: Program }
const samples = await program(given as Params)
if (process.send === undefined) console.log(samples)
else process.send({ samples }, () => process.disconnect())
