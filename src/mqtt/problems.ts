import type { ConnectFault } from './connect-faults.ts'
import { explainFault } from './connect-faults.ts'

/** Says what is wrong between the bridge and its broker; the same line about the same thing only once until `forget`. */
export class Problems {
  readonly #broker: string
  readonly #clientId: string
  readonly #say: (line: string) => void
  readonly #said = new Map<string, string>()

  constructor(broker: string, clientId: string, say: (line: string) => void) {
    this.#broker = broker
    this.#clientId = clientId
    this.#say = say
  }

  connectionFailed(fault: ConnectFault): void {
    this.#once('connection', explainFault(fault, this.#broker, this.#clientId))
  }

  /** @param answer QoS or reason code of the SUBACK (MQTT 5 section 3.9.3); from 0x80 on a refusal */
  subscriptionAnswered(topic: string, wantedQos: number, answer: number): void {
    const subject = `subscribe ${topic}`
    if (answer >= 0x80) {
      this.#once(
        subject,
        `The MQTT broker ${this.#broker} refuses the subscription to ${topic}: allow this user to read it.`,
      )
    } else if (answer < wantedQos) {
      const loss = 'what is published there while the bridge is away is lost'
      this.#once(subject, `The MQTT broker ${this.#broker} gives ${topic} only QoS ${answer}: ${loss}.`)
    } else {
      this.#said.delete(subject)
    }
  }

  publicationRefused(topic: string, reason: string): void {
    const remedy = 'allow this user to publish there. The message is kept and offered again.'
    this.#once(
      `publish ${topic}`,
      `The MQTT broker ${this.#broker} does not take messages on ${topic} (${reason}): ${remedy}`,
    )
  }

  publicationTaken(topic: string): void {
    this.#said.delete(`publish ${topic}`)
  }

  /** All is well again: what happens from now on is news. */
  forget(): void {
    this.#said.clear()
  }

  #once(subject: string, line: string): void {
    if (this.#said.get(subject) === line) return
    this.#said.set(subject, line)
    this.#say(line)
  }
}
