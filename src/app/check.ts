import { ConfigError } from '../config/load.ts'
import type { CliIo } from './command-line.ts'
import type { FindingOutput } from './doctor-finding.ts'
import { ok, printFinding, problem } from './doctor-finding.ts'
import { openDoors } from './rules.ts'
import { configFrom } from './sources.ts'

const STDOUT: FindingOutput = {
  print: (line) => void process.stdout.write(`${line}\n`),
  isTerminal: process.stdout.isTTY === true,
}

/** `zte2mqtt check` on the real output. */
export function runCheck(io: CliIo): Promise<number> {
  return checkConfiguration(io, STDOUT)
}

/**
 * `zte2mqtt check`: on a terminal faults are thrown as ConfigError, for programs each is one object.
 * @returns 0, or 2 with faults
 */
export async function checkConfiguration(io: CliIo, output: FindingOutput): Promise<number> {
  try {
    const config = configFrom(io)
    const sentence = `The configuration is in order: ${config.modems.map(({ id }) => id).join(', ')}.`
    for (const finding of openDoors(config)) printFinding(output, 'rules', finding)
    if (output.isTerminal) output.print(sentence)
    else printFinding(output, 'configuration', ok(sentence))
    return 0
  } catch (error) {
    if (!(error instanceof ConfigError) || output.isTerminal) throw error
    for (const fault of error.faults) printFinding(output, 'configuration', problem(fault, 'Correct it.'))
    return 2
  }
}
