"""The pictures of the sample stories, one function a picture; not the stories themselves."""
