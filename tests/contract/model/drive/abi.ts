import { nameToString, stringToName } from '../../../../common/name.ts';
import type { Money } from '../rules/state.ts';

// Action data and table rows in the model's normal form: names, texts and hex as text, 64 bits as bigint, an asset as
// units and symbol. Much faster than the emulator's own serializer, which is asked a dozen times for each action.

interface Field {
  name: string;
  type: string;
}

interface Description {
  structs: { name: string; base: string; fields: Field[] }[];
  variants?: { name: string; types: string[] }[];
  tables: { name: string; type: string }[];
  actions: { name: string; type: string }[];
}

const HEX: Record<string, number> = { checksum256: 32, public_key: 34, signature: 66 };

export class Abi {
  readonly #structs: Map<string, Field[]>;
  readonly #variants: Map<string, string[]>;
  readonly tables: Map<string, string>;
  readonly actions: Map<string, string>;

  constructor(json: string) {
    const abi = JSON.parse(json) as Description;
    this.#structs = new Map(abi.structs.map((struct) => [struct.name, struct.fields]));
    this.#variants = new Map((abi.variants ?? []).map((variant) => [variant.name, variant.types]));
    this.tables = new Map(abi.tables.map((table) => [table.name, table.type]));
    this.actions = new Map(abi.actions.map((action) => [action.name, action.type]));
  }

  fieldsOf(type: string): Field[] {
    const fields = this.#structs.get(type);
    if (!fields) throw new Error(`the ABI has no struct ${type}`);
    return fields;
  }

  encode(type: string, object: Record<string, unknown>): Uint8Array {
    const out: Buffer[] = [];
    for (const field of this.fieldsOf(type)) {
      if (object[field.name] === undefined) throw new Error(`${type} needs ${field.name}`);
      encodeValue(out, field.type, object[field.name]);
    }
    return Buffer.concat(out);
  }

  decode(type: string, bytes: Uint8Array): Record<string, unknown> {
    return this.#struct(type, new Reader(bytes));
  }

  #struct(type: string, reader: Reader): Record<string, unknown> {
    const row: Record<string, unknown> = {};
    for (const field of this.fieldsOf(type)) row[field.name] = this.#value(field.type, reader);
    return row;
  }

  #value(type: string, reader: Reader): unknown {
    if (type.endsWith('[]')) {
      const size = reader.varuint();
      return Array.from({ length: size }, () => this.#value(type.slice(0, -2), reader));
    }
    if (this.#structs.has(type)) return this.#struct(type, reader);
    const variant = this.#variants.get(type);
    return variant ? this.#struct(variant[reader.number(1)] as string, reader) : reader.plain(type);
  }
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  number(size: number): number {
    this.#at += size;
    return this.#bytes.readUIntLE(this.#at - size, size);
  }

  varuint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.number(1);
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
  }

  #hex(size: number): string {
    this.#at += size;
    return this.#bytes.toString('hex', this.#at - size, this.#at);
  }

  #u64(): bigint {
    this.#at += 8;
    return this.#bytes.readBigUInt64LE(this.#at - 8);
  }

  #symbol(): string {
    const text = this.#hex(8);
    const code = Buffer.from(text.slice(2), 'hex').toString().replace(/\0+$/, '');
    return `${Number.parseInt(text.slice(0, 2), 16)},${code}`;
  }

  plain(type: string): unknown {
    const hex = HEX[type];
    if (hex) return this.#hex(hex);
    switch (type) {
      case 'name':
        return nameOf(this.#u64());
      case 'bool':
        return this.number(1) === 1;
      case 'uint8':
        return this.number(1);
      case 'uint16':
        return this.number(2);
      case 'uint32':
      case 'time_point_sec':
        return this.number(4);
      case 'uint64':
        return this.#u64();
      case 'int64':
        return BigInt.asIntN(64, this.#u64());
      case 'asset': {
        const units = BigInt.asIntN(64, this.#u64());
        return `${units} ${this.#symbol()}`;
      }
      case 'symbol':
        return this.#symbol();
      case 'bytes':
        return this.#hex(this.varuint());
      case 'string':
        return Buffer.from(this.#hex(this.varuint()), 'hex').toString();
      default:
        throw new Error(`no reader for the type ${type}`);
    }
  }
}

const names = new Map<bigint, string>();

/** Names are few and asked for often. */
export function nameOf(packed: bigint): string {
  let name = names.get(packed);
  if (name === undefined) {
    name = nameToString(packed);
    names.set(packed, name);
  }
  return name;
}

function encodeValue(out: Buffer[], type: string, value: unknown): void {
  if (type.endsWith('[]')) {
    const list = value as unknown[];
    out.push(varuint(list.length));
    for (const one of list) encodeValue(out, type.slice(0, -2), one);
    return;
  }
  out.push(encodePlain(type, value));
}

function encodePlain(type: string, value: unknown): Buffer {
  switch (type) {
    case 'name':
      return u64(stringToName(value as string));
    case 'bool':
      return Buffer.from([value ? 1 : 0]);
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return u64(BigInt(value as number)).subarray(0, Number(type.slice(4)) / 8);
    case 'uint64':
    case 'int64':
      return u64(BigInt(value as number));
    case 'asset':
      return Buffer.concat([u64((value as Money).units), symbol((value as Money).symbol)]);
    case 'symbol':
      return symbol(value as string);
    case 'bytes':
      return prefixed(Buffer.from(value as string, 'hex'));
    case 'string':
      return prefixed(Buffer.from(value as string));
    case 'checksum256':
    case 'public_key':
    case 'signature':
      return Buffer.from(value as string, 'hex');
    default:
      throw new Error(`no writer for the type ${type}`);
  }
}

function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes;
}

function symbol(text: string): Buffer {
  const [precision, code] = text.split(',') as [string, string];
  const bytes = Buffer.alloc(8);
  bytes[0] = Number(precision);
  bytes.write(code, 1);
  return bytes;
}

function varuint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 128);
  return Buffer.from([...bytes, rest]);
}

function prefixed(bytes: Buffer): Buffer {
  return Buffer.concat([varuint(bytes.length), bytes]);
}
