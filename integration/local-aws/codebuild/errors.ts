import {
  InvalidInputException,
  ResourceAlreadyExistsException,
  ResourceNotFoundException,
} from "@aws-sdk/client-codebuild";
import { ServiceError } from "../core/errors";

export const invalid = (message: string) => new InvalidInputException({ message, $metadata: {} });
export const notFound = (message: string) => new ResourceNotFoundException({ message, $metadata: {} });
export const alreadyExists = (message: string) =>
  new ResourceAlreadyExistsException({ message, $metadata: {} });

/** For what AWS has and Greenroom does not: said so, rather than done half. */
export const notImplemented = (what: string) =>
  new ServiceError("NotImplemented", `not implemented: CodeBuild ${what}`, 501);
