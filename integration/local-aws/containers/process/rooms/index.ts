export { openRooms, type OpenedRooms } from "./choose";
export type { Place, Program, Room, Rooms, View } from "./rooms";
