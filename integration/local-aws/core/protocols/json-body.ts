import { JsonShapeDeserializer2, JsonShapeSerializer2 } from "@smithy/core/protocols";
import { NormalizedSchema } from "@smithy/core/schema";
import { ServiceError } from "../errors";
import type { Failure, SchemaRef } from "./protocol";

const epochSeconds = 7;
type Json = Parameters<JsonShapeDeserializer2["readObject"]>[1];

/** Bodies in JSON, by the schemas of their shapes. */
export class JsonBody {
  private readonly settings;
  private readonly deserializer;

  /** @param jsonName whether members may have other names in JSON */
  constructor({ jsonName }: { jsonName: boolean }) {
    this.settings = { timestampFormat: { useTrait: true, default: epochSeconds }, jsonName } as const;
    this.deserializer = new JsonShapeDeserializer2(this.settings);
  }

  /** @throws ServiceError SerializationException */
  read(schema: SchemaRef, body: Buffer): unknown {
    let parsed: unknown;
    try {
      parsed = body.length === 0 ? {} : JSON.parse(body.toString("utf8"));
    } catch {
      throw new ServiceError("SerializationException", "the request body is not JSON");
    }
    const ns = NormalizedSchema.of(schema);
    // What is no structure is refused by whoever checks it.
    if (ns.isUnitSchema() || typeof parsed !== "object" || Array.isArray(parsed)) return parsed;
    try {
      return this.deserializer.readObject(ns, parsed as Json);
    } catch (error) {
      throw new ServiceError(
        "SerializationException",
        error instanceof Error ? error.message : String(error),
      );
    }
  }

  write(schema: SchemaRef, value: unknown): Buffer {
    const ns = NormalizedSchema.of(schema);
    if (ns.isUnitSchema()) return Buffer.from("{}");
    const serializer = new JsonShapeSerializer2(this.settings);
    serializer.write(ns, value);
    const { buffer, byteOffset, byteLength } = serializer.flush();
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  writeFailure({ code, message, schema, members }: Failure): Buffer {
    const own = schema ? (JSON.parse(this.write(schema, members).toString()) as object) : members;
    return Buffer.from(JSON.stringify({ __type: code, message, ...own }));
  }
}
