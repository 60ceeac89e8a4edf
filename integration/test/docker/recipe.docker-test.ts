import { testRecipe } from "../recipe-released";

testRecipe("Go", ["--containers", "docker"]);
