import { generateKeyPairSync, sign } from 'node:crypto'

/** PEM, as a TLS server takes it. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

const SEQUENCE = 0x30
const SET = 0x31
const INTEGER = 0x02
const BIT_STRING = 0x03
const UTF8_STRING = 0x0c
const UTC_TIME = 0x17
/** 1.2.840.113549.1.1.11 sha256WithRSAEncryption and its empty parameters. */
const SHA256_WITH_RSA = Buffer.from('300d06092a864886f70d01010b0500', 'hex')
/** 2.5.4.3 commonName */
const COMMON_NAME = Buffer.from('0603550403', 'hex')

/** A new self-signed X.509 certificate (RFC 5280, version 1) with the name that such devices give themselves. */
export function createCertificate(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, COMMON_NAME, der(UTF8_STRING, Buffer.from('192.168.0.1')))))
  const validity = der(
    SEQUENCE,
    der(UTC_TIME, Buffer.from('200101000000Z')),
    der(UTC_TIME, Buffer.from('491231235959Z')),
  )
  const serial = der(INTEGER, Buffer.of(1))
  const subjectKey = publicKey.export({ type: 'spki', format: 'der' })
  const body = der(SEQUENCE, serial, SHA256_WITH_RSA, name, validity, name, subjectKey)
  const signature = der(BIT_STRING, Buffer.of(0), sign('sha256', body, privateKey))
  const base64 = der(SEQUENCE, body, SHA256_WITH_RSA, signature).toString('base64')
  const lines = base64.match(/.{1,64}/g) ?? []
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n'),
  }
}

/** Tag, length and value (ITU-T X.690). */
function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const value = Buffer.concat(parts)
  const octets = value.length.toString(16)
  const digits = octets.length % 2 === 0 ? octets : `0${octets}`
  const length = value.length < 0x80 ? Buffer.of(value.length) : Buffer.from(digits, 'hex')
  const lead = value.length < 0x80 ? [] : [Buffer.of(0x80 | length.length)]
  return Buffer.concat([Buffer.of(tag), ...lead, length, value])
}
