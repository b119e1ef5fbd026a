// Nothing of it is used; see rendezvous/store.h.
#pragma once
