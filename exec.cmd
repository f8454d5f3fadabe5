@rem npm runs a package script with sh or with cmd. In sh the word exec makes way for Node, so that a signal sent
@rem to npm reaches Node and not a shell that dies of it. In cmd, which has no such word, it is this file.
@%*
