import leaderboard from "../services/leaderboard/service";
import triviaApi from "../services/trivia-api/service";
import { checkList, type ServiceDefinition } from "./definitions";

/** The services of this repository, common to all environments. What each one is stands in its folder. */
export const services: readonly ServiceDefinition[] = [triviaApi, leaderboard];

checkList(services);
