import type { Packet } from 'mqtt'

/** What a broker answers to what we send. */
const ANSWER_TO: Readonly<Record<string, string>> = { publish: 'puback', subscribe: 'suback', pingreq: 'pingresp' }

/**
 * Knows for one network connection which of our PUBACKs have certainly reached the broker: a PUBACK is never answered, but
 * whoever answers something that we sent after it has read it before (MQTT 5 section 4.6: one stream, one order).
 */
export class PubackWitness {
  /** Told once for each PUBACK, oldest first. */
  #waiting: (() => void)[] = []
  #toldCount = 0
  #questions: { readonly answer: string; readonly pubacksBefore: number }[] = []

  /** To be called as a PUBACK is written, before anything else is; `told` is called when it has certainly arrived, or never. */
  pubackSent(told: () => void): void {
    this.#waiting.push(told)
  }

  /** To be given every packet that is sent. */
  sent(packet: Packet): void {
    if (packet.cmd === 'publish' && packet.qos === 0) return
    const answer = ANSWER_TO[packet.cmd]
    if (answer === undefined) return
    const pubacksBefore = this.#toldCount + this.#waiting.length
    this.#questions.push({ answer: name(answer, packet.messageId), pubacksBefore })
  }

  /** To be given every packet that is received. */
  received(packet: Packet): void {
    const answered = name(packet.cmd, packet.messageId)
    const index = this.#questions.findIndex(({ answer }) => answer === answered)
    const question = this.#questions[index]
    if (question === undefined) return
    this.#questions.splice(index, 1)
    const arrived = this.#waiting.splice(0, Math.max(0, question.pubacksBefore - this.#toldCount))
    this.#toldCount += arrived.length
    for (const told of arrived) told()
  }
}

function name(cmd: string, messageId: number | undefined): string {
  return cmd === 'pingresp' ? cmd : `${cmd} ${messageId}`
}
