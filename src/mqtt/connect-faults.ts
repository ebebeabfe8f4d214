interface FaultRow {
  /** System and TLS errors by name; CONNACK and DISCONNECT by number (MQTT 3.1.1 section 3.2.2.3, MQTT 5 sections 3.2.2.2 and 3.14.2.1). */
  readonly codes: readonly (string | number)[]
  /** What happened and the remedy; `{broker}`, `{client}` and `{raw}` are filled in. */
  readonly says: string
}

/** The session was taken over by a second client with the same id (MQTT 5 section 3.14.2.1). */
export const SESSION_TAKEN_OVER = 142

/** CONNACK codes with which a broker refuses the protocol version itself (MQTT 3.1.1: 1, MQTT 5: 0x84). */
export const UNSUPPORTED_PROTOCOL: readonly (string | number)[] = [1, 132]

/** Why a connection to a broker fails and what the user can do about it. */
export const CONNECT_FAULTS = [
  {
    codes: ['ECONNREFUSED'],
    says: 'Nothing answers at {broker}: start the MQTT broker, or correct host and port in mqtt.url.',
  },
  { codes: ['ENOTFOUND'], says: 'There is no host by the name in {broker}: correct the host in mqtt.url.' },
  {
    codes: ['EAI_AGAIN'],
    says: 'The host name of the MQTT broker {broker} cannot be looked up: the name server does not answer. Check the network.',
  },
  {
    codes: ['ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN'],
    says: 'The MQTT broker {broker} cannot be reached: check the network, a firewall, and host and port in mqtt.url.',
  },
  {
    codes: ['silent'],
    says: 'Something takes the connection at {broker} but does not answer as an MQTT broker: check port and scheme (mqtt:// or mqtts://) of mqtt.url.',
  },
  {
    codes: ['closed', 'ECONNRESET', 'EPIPE'],
    says: 'The MQTT broker {broker} closes the connection before it answers: check port and scheme (mqtt:// or mqtts://) of mqtt.url, and the log of the broker.',
  },
  {
    codes: [
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ],
    says: 'The certificate of the MQTT broker {broker} was not issued by a known authority: name the file with its CA certificate in mqtt.ca.',
  },
  { codes: ['CERT_HAS_EXPIRED'], says: 'The certificate of the MQTT broker {broker} has expired: renew it.' },
  {
    codes: ['CERT_NOT_YET_VALID'],
    says: 'The certificate of the MQTT broker {broker} is not valid yet: check the clock of this computer.',
  },
  {
    codes: ['ERR_TLS_CERT_ALTNAME_INVALID'],
    says: 'The certificate of the MQTT broker {broker} is made out to another host name: use a name from the certificate in mqtt.url.',
  },
  {
    codes: ['EPROTO', 'ERR_SSL_WRONG_VERSION_NUMBER', 'ERR_SSL_PACKET_LENGTH_TOO_LONG'],
    says: 'The port at {broker} does not speak TLS: use the TLS port of the broker (usually 8883), or mqtt:// in mqtt.url.',
  },
  {
    codes: [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
      'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR',
    ],
    says: 'The MQTT broker {broker} wants another client certificate: set mqtt.cert and mqtt.key to a pair that it accepts.',
  },
  {
    codes: [
      'ERR_OSSL_PEM_NO_START_LINE',
      'ERR_OSSL_PEM_BAD_BASE64_DECODE',
      'ERR_OSSL_ASN1_HEADER_TOO_LONG',
      'ERR_OSSL_UNSUPPORTED',
    ],
    says: 'mqtt.ca, mqtt.cert or mqtt.key is not a certificate or key in PEM format: correct the file.',
  },
  {
    codes: ['ERR_OSSL_X509_KEY_VALUES_MISMATCH'],
    says: 'mqtt.cert and mqtt.key do not belong together: use the key that the certificate was made from.',
  },
  {
    codes: UNSUPPORTED_PROTOCOL,
    says: 'The MQTT broker {broker} does not speak this version of MQTT: set mqtt.protocol to auto.',
  },
  {
    codes: [2, 133],
    says: 'The MQTT broker {broker} does not accept the client id "{client}": choose another mqtt.client_id (letters and digits).',
  },
  { codes: [3, 136, 137], says: 'The MQTT broker {broker} says that it is not available now; see its log.' },
  {
    codes: [4, 134],
    says: 'The MQTT broker {broker} refuses user name or password: correct mqtt.username and mqtt.password.',
  },
  {
    codes: [5, 135],
    says: 'The MQTT broker {broker} refuses this client: check mqtt.username and mqtt.password, and what the broker allows this user and client id.',
  },
  { codes: [138], says: 'The MQTT broker {broker} has banned this client: lift the ban in the broker.' },
  { codes: [139], says: 'The MQTT broker {broker} is shutting down.' },
  { codes: [141, 'keepalive'], says: 'The MQTT broker {broker} was silent for too long; connecting again.' },
  {
    codes: [SESSION_TAKEN_OVER],
    says: 'Another program connects to the MQTT broker {broker} with the client id "{client}" and ends this connection: give every bridge its own mqtt.client_id.',
  },
  {
    codes: [149],
    says: 'The MQTT broker {broker} refuses messages of this size: raise its maximum packet size (mosquitto: max_packet_size).',
  },
  {
    codes: [151, 159],
    says: 'The MQTT broker {broker} has reached one of its limits for this client; see its log.',
  },
  {
    codes: ['cut repeatedly'],
    says: 'The MQTT broker {broker} ends every connection soon after it was made. Most likely another program uses the client id "{client}" too: give every bridge its own mqtt.client_id. Otherwise see the log of the broker.',
  },
  {
    codes: ['untaken'],
    says: 'A message from the MQTT broker {broker} could not be taken; it was not acknowledged and comes again on the next connection. {raw}',
  },
  { codes: ['lost'], says: 'The connection to the MQTT broker {broker} was lost; connecting again.' },
] as const satisfies readonly FaultRow[]

/** What is known about a failure: Node's error code, MQTT's reason code, or one of the table's own words. */
export interface ConnectFault {
  readonly code: string | number | undefined
  /** The words of whoever failed, shown where the table has no better ones. */
  readonly raw: string
}

/** Reads Node's and MQTT.js's errors; the two time limits of MQTT.js have no code of their own. */
export function faultOf(error: unknown): ConnectFault {
  if (!(error instanceof Error)) return { code: undefined, raw: String(error) }
  const raw = error.message
  if (raw === 'connack timeout') return { code: 'silent', raw }
  if (raw === 'Keepalive timeout') return { code: 'keepalive', raw }
  const code = 'code' in error ? error.code : undefined
  return { code: typeof code === 'string' || typeof code === 'number' ? code : undefined, raw }
}

/** Whether the other side simply ended the connection, saying nothing. */
export function isCut(fault: ConnectFault | undefined): boolean {
  return fault === undefined || fault.code === 'ECONNRESET' || fault.code === 'EPIPE'
}

/** One line for the log: what keeps the bridge from the broker, and what to do. */
export function explainFault(fault: ConnectFault, broker: string, clientId: string): string {
  const rows: readonly FaultRow[] = CONNECT_FAULTS
  const row = rows.find(({ codes }) => fault.code !== undefined && codes.includes(fault.code))
  const says = row?.says ?? 'The connection to the MQTT broker {broker} failed: {raw}'
  return says
    .replaceAll('{broker}', () => broker)
    .replaceAll('{client}', () => clientId)
    .replaceAll('{raw}', () => fault.raw)
}
