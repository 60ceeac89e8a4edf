import type { EngineEvent } from "@pulumi/pulumi/automation";
import type { Change } from "./operation";

/** What changes nothing. `read` and `refresh` only look; an `update` or `delete` that a refresh finds has its own. */
const quiet = new Set(["same", "read", "refresh", "discard", "read-discard", "remove-pending-replace"]);
/** The parts of a replacement, which the engine reports one by one beside the whole. */
const parts = new Set(["create-replacement", "delete-replaced", "discard-replaced"]);

type Metadata = NonNullable<EngineEvent["resourcePreEvent"]>["metadata"];

/** Gathers the changes of an operation from the engine's events. */
export class Changes {
  private readonly made = new Set<string>();
  /** The errors that the engine or a resource reported. */
  readonly errors: string[] = [];
  private readonly byUrn = new Map<string, Change>();

  constructor(private readonly onDone: (change: Change) => void) {}

  /** How many resources the stack has, changed or not, without components and providers. */
  get resources(): number {
    return this.made.size;
  }

  /** Every change in the order in which it was begun. */
  get all(): Change[] {
    return [...this.byUrn.values()];
  }

  take(event: EngineEvent): void {
    const { resourcePreEvent, resOutputsEvent, diagnosticEvent } = event;
    if (resourcePreEvent) this.note(resourcePreEvent.metadata);
    if (resOutputsEvent) {
      const { metadata } = resOutputsEvent;
      // A refresh may have found what is then deleted. The end of a replaced one has an operation of its own.
      if (metadata.op === "delete") this.made.delete(metadata.urn);
      else if (isResource(metadata)) this.made.add(metadata.urn);
      // A refresh knows what it found when it is done.
      const change = this.note(metadata);
      if (change) this.onDone(change);
    }
    if (diagnosticEvent?.severity === "error") {
      const { message, urn } = diagnosticEvent;
      const text = message.replaceAll(/<\{%.*?%\}>/g, "").trim();
      const [name, type] = urn ? [nameOf(urn), typeOf(urn)] : [];
      if (text) this.errors.push(name && !text.includes(name) ? `${type} "${name}": ${text}` : text);
    }
  }

  private note(metadata: Metadata): Change | undefined {
    const { op, urn } = metadata;
    if (quiet.has(op) || parts.has(op) || !isResource(metadata)) return undefined;
    const details = Object.entries(metadata.detailedDiff ?? {});
    const change: Change = {
      op,
      type: typeOf(urn),
      name: nameOf(urn),
      properties: details.length > 0 ? details.map(([path]) => path) : (metadata.diffs ?? []),
      replaces: details.flatMap(([path, { diffKind }]) => (diffKind.endsWith("replace") ? [path] : [])),
    };
    this.byUrn.set(urn, change);
    return change;
  }
}

/** Not a component, not a provider, not the stack itself: those are nothing in AWS. */
const isResource = ({ type, new: now, old }: Metadata): boolean =>
  (now ?? old)?.custom === true && !type.startsWith("pulumi:");

const nameOf = (urn: string): string => urn.split("::").at(-1) ?? urn;
const typeOf = (urn: string): string => urn.split("::").at(-2)?.split("$").at(-1) ?? urn;
