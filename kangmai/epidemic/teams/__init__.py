"""Teams: who comes when something happens, how fast they answer, how well they drill, and where they help others."""
